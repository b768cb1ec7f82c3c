package io.ipamrepair.etcd;

import io.ipamrepair.kv.Bytes;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Which etcd to talk to, and as whom.
 *
 * @param endpoints {@code http://} or {@code https://} URIs with host and port, at least one, all
 *     of one scheme
 * @param caCertificate PEM file of the authorities to trust; absent with https: those that the Java
 *     runtime trusts
 * @param clientCertificate PEM file with this client's certificate chain; present exactly when
 *     {@code clientKey} is
 * @param clientKey PEM file with its key: PKCS#8, PKCS#1 or SEC1, not encrypted
 * @param credentials etcd's user and password, when its authentication is on
 * @param prefix prepended to every key, for an etcd behind a namespace; usually empty
 */
public record EtcdTarget(
    List<URI> endpoints,
    Optional<Path> caCertificate,
    Optional<Path> clientCertificate,
    Optional<Path> clientKey,
    Optional<Credentials> credentials,
    Bytes prefix) {
  public EtcdTarget {
    endpoints = List.copyOf(endpoints);
  }

  /** etcd's user and password. Never printed. */
  public record Credentials(String user, String password) {
    @Override
    public String toString() {
      return "Credentials[user=" + user + "]";
    }
  }
}
