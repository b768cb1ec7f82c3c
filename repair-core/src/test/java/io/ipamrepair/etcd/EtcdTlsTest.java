package io.ipamrepair.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.EtcdFailure;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS, with the certificates that {@code tls/make-certificates.sh} made. */
@Tag("etcd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdTlsTest {
  private static final TimeLimits LIMITS =
      new TimeLimits(Duration.ofSeconds(3), Duration.ofSeconds(3), Optional.empty());

  /** Asks for a client certificate. */
  private ThrowawayEtcd strict;

  @BeforeAll
  void start() {
    strict =
        ThrowawayEtcd.startWithTls(
            file("ca.pem"),
            file("client-rsa.pem"),
            file("client-rsa-pkcs8.pem"),
            "--cert-file=" + file("server.pem"),
            "--key-file=" + file("server-key.pem"),
            "--trusted-ca-file=" + file("ca.pem"),
            "--client-cert-auth");
  }

  @AfterAll
  void stop() {
    strict.close();
  }

  private static Path file(String name) {
    try {
      return Path.of(EtcdTlsTest.class.getResource("tls/" + name).toURI());
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static EtcdTarget target(
      URI endpoint, Optional<Path> ca, Optional<Path> certificate, Optional<Path> key) {
    return new EtcdTarget(List.of(endpoint), ca, certificate, key, Optional.empty(), Bytes.EMPTY);
  }

  private static EtcdException failure(EtcdTarget target) {
    return catchThrowableOfType(
        EtcdException.class,
        () -> {
          try (Etcd etcd = Etcd.connect(target, LIMITS, List.of())) {
            etcd.identity();
          }
        });
  }

  private static void assertTls(EtcdException failed, String... parts) {
    assertThat(failed).as("a failure").isNotNull();
    assertThat(failed.failure().kind()).as(failed.getMessage()).isEqualTo(EtcdFailure.Kind.TLS);
    assertThat(failed.getMessage()).contains(parts).doesNotContain("\n");
  }

  @ParameterizedTest
  @CsvSource({
    "client-rsa.pem, client-rsa-pkcs8.pem",
    "client-rsa.pem, client-rsa-pkcs1.pem",
    "client-ec.pem, client-ec-pkcs8.pem",
    "client-ec.pem, client-ec-sec1.pem"
  })
  void everyFormOfAClientKeyIsAccepted(String certificate, String key) throws Exception {
    EtcdTarget target =
        target(
            strict.endpoint(),
            Optional.of(file("ca.pem")),
            Optional.of(file(certificate)),
            Optional.of(file(key)));
    try (Etcd etcd = Etcd.connect(target, LIMITS, List.of())) {
      assertThat(etcd.identity().clusterId()).isNotZero();
    }
  }

  @Test
  void aMissingClientCertificateIsATlsFailure() {
    assertTls(
        failure(
            target(
                strict.endpoint(),
                Optional.of(file("ca.pem")),
                Optional.empty(),
                Optional.empty())),
        "certificate");
  }

  @Test
  void aServerOfAnotherAuthorityIsNotTrusted() {
    assertTls(
        failure(
            target(
                strict.endpoint(),
                Optional.of(file("other-ca.pem")),
                Optional.of(file("client-rsa.pem")),
                Optional.of(file("client-rsa-pkcs8.pem")))),
        "certification path");
  }

  @Test
  void withoutAnAuthorityThoseOfTheRuntimeAreTrustedAndThisOneIsNotAmongThem() {
    assertTls(
        failure(target(strict.endpoint(), Optional.empty(), Optional.empty(), Optional.empty())),
        "certification path");
  }

  @Test
  void httpToAServerThatSpeaksTlsSaysSo() {
    URI plain = URI.create(strict.endpoint().toString().replace("https:", "http:"));
    EtcdException failed =
        failure(target(plain, Optional.empty(), Optional.empty(), Optional.empty()));
    assertThat(failed).isNotNull();
    assertThat(failed.getMessage()).contains("may speak TLS").contains("https://");
  }

  @Test
  void filesThatCannotBeUsedAreNamedBeforeAnythingIsSent() {
    Optional<Path> ca = Optional.of(file("ca.pem"));
    Optional<Path> certificate = Optional.of(file("client-ec.pem"));
    URI endpoint = strict.endpoint();
    assertTls(
        failure(
            target(
                endpoint, Optional.of(Path.of("absent.pem")), Optional.empty(), Optional.empty())),
        "absent.pem",
        "no such file");
    assertTls(
        failure(
            target(
                endpoint,
                Optional.of(file("make-certificates.sh")),
                Optional.empty(),
                Optional.empty())),
        "make-certificates.sh");
    assertTls(
        failure(target(endpoint, ca, certificate, Optional.of(file("client-ec-encrypted.pem")))),
        "client-ec-encrypted.pem",
        "encrypted");
    assertTls(
        failure(target(endpoint, ca, certificate, Optional.of(file("client-rsa-pkcs8.pem")))),
        "is not the key of");
    assertTls(failure(target(endpoint, ca, certificate, Optional.empty())), "needs its key");
  }
}
