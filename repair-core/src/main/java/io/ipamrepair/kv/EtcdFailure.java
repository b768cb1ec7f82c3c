package io.ipamrepair.kv;

/**
 * Why a call to etcd did not do what was asked.
 *
 * @param kind the cause, as far as it is known
 * @param endpoint the endpoint or endpoints that were asked, for people
 * @param detail one line: what etcd or the connection said
 */
public record EtcdFailure(Kind kind, String endpoint, String detail) {
  /** The causes that a person can act on, each with its sentence. */
  public enum Kind {
    UNREACHABLE("no connection could be made"),
    TIMEOUT("no answer within the time limit"),
    TLS("the TLS connection failed"),
    AUTHENTICATION("etcd does not accept the user or password"),
    PERMISSION("etcd denies permission"),
    NO_SPACE("etcd is out of space"),
    TOO_MANY_OPERATIONS("etcd accepts fewer operations in one transaction (--max-txn-ops)"),
    TOO_LARGE("etcd accepts only smaller requests (--max-request-bytes)"),
    COMPACTED("the revision was compacted while it was read"),
    OTHER("etcd answered with an error");

    private final String sentence;

    Kind(String sentence) {
      this.sentence = sentence;
    }

    /** What happened, in words. */
    public String sentence() {
      return sentence;
    }
  }

  /** One line for a person: endpoint, cause and what was said. */
  public String line() {
    return endpoint + ": " + kind.sentence() + (detail.isBlank() ? "" : " (" + detail + ")");
  }
}
