package io.ipamrepair.etcd;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.kv.EtcdFailure.Kind;
import io.netty.handler.ssl.NotSslRecordException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Reads a gRPC status as a cause for a person and as a proof for the procedure.
 *
 * <p>The status code alone proves nothing: UNAVAILABLE has been seen for transactions that were
 * applied, and RESOURCE_EXHAUSTED has four meanings. What proves: no stream, hence not sent; or an
 * error that carries the server's own trailers and is of a kind that etcd gives before it does
 * anything (reference, etcd sections 4.3 and 4.5; measured and read in the source, no promise of
 * etcd).
 */
final class Diagnosis {
  private static final Metadata.Key<String> CONTENT_TYPE =
      Metadata.Key.of("content-type", Metadata.ASCII_STRING_MARSHALLER);

  private static final int LONGEST_DETAIL = 300;

  private final Endpoint endpoint;
  private final Duration given;
  private final boolean sent;
  private final boolean fromServer;
  private final Status status;
  private final String said;

  private Diagnosis(
      Endpoint endpoint, Duration given, boolean sent, StatusRuntimeException thrown) {
    this.endpoint = endpoint;
    this.given = given;
    this.sent = sent;
    this.status = thrown.getStatus();
    this.said = status.getDescription() == null ? "" : status.getDescription();
    Metadata trailers = thrown.getTrailers();
    String contentType = trailers == null ? null : trailers.get(CONTENT_TYPE);
    this.fromServer = contentType != null && contentType.startsWith("application/grpc");
  }

  /**
   * The diagnosis of a call that {@code thrown} ended.
   *
   * @param endpoint whom it was for
   * @param given the time that it had
   * @param sent whether it got a stream
   */
  static CallFailed of(
      Endpoint endpoint, Duration given, boolean sent, StatusRuntimeException thrown) {
    Diagnosis diagnosis = new Diagnosis(endpoint, given, sent, thrown);
    return new CallFailed(diagnosis.failure(), diagnosis.proof(), diagnosis.cure());
  }

  private CallFailed.Proof proof() {
    if (!sent) {
      return CallFailed.Proof.NOT_SENT;
    }
    return fromServer && refusedBeforehand() ? CallFailed.Proof.REFUSED : CallFailed.Proof.NONE;
  }

  private CallFailed.Cure cure() {
    if (fromServer && tokenRefused()) {
      return CallFailed.Cure.NEW_TOKEN;
    }
    return !fromServer && answerTooLarge() ? CallFailed.Cure.SMALLER_ANSWER : CallFailed.Cure.NONE;
  }

  private boolean refusedBeforehand() {
    return switch (status.getCode()) {
      case INVALID_ARGUMENT,
          PERMISSION_DENIED,
          UNAUTHENTICATED,
          OUT_OF_RANGE,
          FAILED_PRECONDITION,
          NOT_FOUND,
          UNIMPLEMENTED ->
          true;
      // "database space exceeded" is not among them: etcd can apply a transaction, cross its quota
      // by it, and then say so.
      case RESOURCE_EXHAUSTED ->
          said.contains("larger than max") || said.contains("too many requests");
      default -> false;
    };
  }

  private boolean tokenRefused() {
    return said.contains("invalid auth token") || said.contains("revision of auth store is old");
  }

  private boolean answerTooLarge() {
    return said.contains("gRPC message exceeds maximum size");
  }

  private EtcdFailure failure() {
    return fromServer ? answered() : unanswered();
  }

  private EtcdFailure answered() {
    if (said.contains("user name is empty")) {
      return as(Kind.AUTHENTICATION, "etcd asks for a user and none was given: " + said);
    }
    if (said.contains("authentication failed") || tokenRefused()) {
      return as(Kind.AUTHENTICATION, said);
    }
    if (said.contains("permission denied")) {
      return as(Kind.PERMISSION, said);
    }
    if (said.contains("database space exceeded")) {
      return as(Kind.NO_SPACE, said);
    }
    if (said.contains("too many operations")) {
      return as(Kind.TOO_MANY_OPERATIONS, said);
    }
    if (said.contains("request is too large") || said.contains("larger than max")) {
      return as(Kind.TOO_LARGE, said);
    }
    if (said.contains("has been compacted")) {
      return as(Kind.COMPACTED, said);
    }
    if (said.contains("request timed out") || said.contains("context deadline exceeded")) {
      return as(Kind.TIMEOUT, said);
    }
    return switch (status.getCode()) {
      case UNAUTHENTICATED -> as(Kind.AUTHENTICATION, said);
      case PERMISSION_DENIED -> as(Kind.PERMISSION, said);
      default -> as(Kind.OTHER, said.isBlank() ? status.getCode().name() : said);
    };
  }

  private EtcdFailure unanswered() {
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      return sent
          ? as(Kind.TIMEOUT, "no answer within " + seconds(given))
          : as(Kind.UNREACHABLE, "no connection within " + seconds(given));
    }
    if (status.getCode() == Status.Code.CANCELLED) {
      return as(Kind.OTHER, "the call was cancelled before an answer came");
    }
    if (answerTooLarge()) {
      return as(Kind.OTHER, "the answer is larger than this tool accepts: " + said);
    }
    Optional<NotSslRecordException> plain = cause(NotSslRecordException.class);
    if (plain.isPresent()) {
      return as(Kind.TLS, "the server does not speak TLS: its endpoint may be an http:// one");
    }
    Optional<SSLException> tls = cause(SSLException.class);
    if (tls.isPresent()) {
      return as(Kind.TLS, deepest(tls.get()));
    }
    if (cause(UnknownHostException.class).isPresent()) {
      return as(Kind.UNREACHABLE, "unknown host " + endpoint.host());
    }
    if (status.getCode() != Status.Code.UNAVAILABLE
        && status.getCode() != Status.Code.INTERNAL
        && status.getCode() != Status.Code.UNKNOWN) {
      return as(Kind.OTHER, status.getCode() + " " + said);
    }
    String reason = reason();
    if (sent) {
      return as(Kind.UNREACHABLE, "the connection broke before an answer came: " + reason);
    }
    if (refusedOrUnroutable(reason)) {
      return as(Kind.UNREACHABLE, reason);
    }
    // A connection was made and closed again by the other side before it said anything that HTTP/2
    // begins with.
    return endpoint.tls()
        ? as(
            Kind.TLS,
            "the server closed the connection: it may want a client certificate, or not speak TLS ("
                + reason
                + ")")
        : as(
            Kind.UNREACHABLE,
            "the server closed the connection: it may speak TLS, and then its endpoint is an"
                + " https:// one ("
                + reason
                + ")");
  }

  private static boolean refusedOrUnroutable(String reason) {
    String lower = reason.toLowerCase(Locale.ROOT);
    return lower.contains("refused")
        || lower.contains("timed out")
        || lower.contains("unreachable")
        || lower.contains("no route")
        || lower.contains("resolve")
        || lower.contains("shutdown")
        || lower.contains("was closed");
  }

  /**
   * What the connection says of itself: the innermost cause, since gRPC's own text is often only
   * "io exception".
   */
  private String reason() {
    Throwable cause = status.getCause();
    if (cause == null) {
      return said.isBlank() ? status.getCode().name() : said;
    }
    return deepest(cause);
  }

  private static String deepest(Throwable thrown) {
    Throwable last = thrown;
    String text = "";
    for (int depth = 0; last != null && depth < 16; depth++) {
      text = last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
      last = last.getCause();
    }
    return text;
  }

  private <X extends Throwable> Optional<X> cause(Class<X> type) {
    Throwable cause = status.getCause();
    for (int depth = 0; cause != null && depth < 16; depth++) {
      if (type.isInstance(cause)) {
        return Optional.of(type.cast(cause));
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }

  private EtcdFailure as(Kind kind, String detail) {
    String line = detail.replaceAll("\\s+", " ").trim();
    return new EtcdFailure(
        kind,
        endpoint.name(),
        line.length() > LONGEST_DETAIL ? line.substring(0, LONGEST_DETAIL) + "…" : line);
  }

  /** As "1.5 s". */
  static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
