package io.ipamrepair.etcd;

import io.ipamrepair.kv.EtcdFailure;
import java.net.URI;

/**
 * Where a member of etcd listens.
 *
 * @param name as a person wrote it: for messages
 * @param host a name or a literal address; IPv6 without brackets
 * @param port 1 to 65535
 * @param tls whether it is spoken to with TLS, and never without
 */
record Endpoint(String name, String host, int port, boolean tls) {

  /**
   * Reads {@code http://HOST:PORT} or {@code https://HOST:PORT}; anything else is an {@link
   * EtcdException}.
   */
  static Endpoint parse(URI uri) throws EtcdException {
    if (uri.getRawUserInfo() != null) {
      // Not shown in the message: it may hold a password.
      throw wrong("an endpoint", "it must not contain a user or password");
    }
    boolean tls = "https".equalsIgnoreCase(uri.getScheme());
    if (!tls && !"http".equalsIgnoreCase(uri.getScheme())) {
      throw wrong(uri.toString(), "an endpoint starts with http:// or https://");
    }
    String host = uri.getHost();
    // java.net.URI finds no host in a name with an underscore, and neither would gRPC.
    if (host == null || uri.getPort() < 1 || uri.getPort() > 65_535) {
      throw wrong(uri.toString(), "an endpoint is a scheme, a host and a port: http://HOST:2379");
    }
    boolean furtherParts =
        uri.getRawQuery() != null
            || uri.getRawFragment() != null
            || !(uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
    if (furtherParts) {
      throw wrong(uri.toString(), "an endpoint has nothing behind its port");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return new Endpoint(uri.toString(), bare, uri.getPort(), tls);
  }

  private static EtcdException wrong(String name, String detail) {
    return new EtcdException(new EtcdFailure(EtcdFailure.Kind.UNREACHABLE, name, detail));
  }
}
