package io.ipamrepair.cli.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whom this machine trusts, where no authority is named: the same file that etcdctl, a Go program,
 * takes. An authority that was installed for the machine is in there, and not in what a Java
 * runtime brings along.
 *
 * @param known where distributions keep it, the first that can be read counts
 */
record SystemAuthorities(List<Path> known) {
  private static final String VARIABLE = "SSL_CERT_FILE";

  /** Debian; Fedora and RHEL 6; openSUSE; OpenELEC; CentOS and RHEL 7; Alpine. */
  static SystemAuthorities standard() {
    return new SystemAuthorities(
        List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/ca-bundle.pem"),
            Path.of("/etc/pki/tls/cacert.pem"),
            Path.of("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
            Path.of("/etc/ssl/cert.pem")));
  }

  /**
   * The file, as the last source; without one it is empty, and the Java runtime's authorities
   * count.
   *
   * @param environment the process's variables; {@code SSL_CERT_FILE} outranks the known files
   */
  Layer layer(Map<String, String> environment) {
    Layer.Builder layer = Layer.Builder.given();
    Optional<String> named = Optional.ofNullable(environment.get(VARIABLE));
    if (named.filter(text -> !text.isEmpty()).isPresent()) {
      return layer.put(Layer.Name.CACERT, named, VARIABLE).build();
    }
    Optional<String> found =
        known.stream().filter(Files::isReadable).findFirst().map(Path::toString);
    return layer.put(Layer.Name.CACERT, found, "this machine's authorities").build();
  }
}
