package io.ipamrepair.etcd;

import io.grpc.netty.GrpcSslContexts;
import io.ipamrepair.kv.EtcdFailure;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;

/**
 * Turns the PEM files of a target into what a TLS connection needs. Every mistake is an {@link
 * EtcdException} of kind TLS.
 */
final class TlsFiles {
  private TlsFiles() {}

  /**
   * Whom {@code target} trusts and what it shows of itself. Without a CA file: the authorities that
   * the JDK trusts.
   */
  static SslContext context(EtcdTarget target) throws EtcdException {
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
    if (target.caCertificate().isPresent()) {
      builder.trustManager(certificates(target.caCertificate().get()));
    }
    if (target.clientCertificate().isPresent() != target.clientKey().isPresent()) {
      throw wrong("TLS", "a client certificate needs its key, and a key its certificate");
    }
    if (target.clientCertificate().isPresent()) {
      X509Certificate[] chain = certificates(target.clientCertificate().get());
      PrivateKey key = key(target.clientKey().get());
      if (!chain[0].getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
        throw wrong(
            target.clientKey().get().toString(),
            "is not the key of " + target.clientCertificate().get());
      }
      builder.keyManager(key, chain);
    }
    try {
      return builder.build();
    } catch (SSLException | IllegalArgumentException unusable) {
      throw wrong("TLS", String.valueOf(unusable.getMessage()));
    }
  }

  private static X509Certificate[] certificates(Path file) throws EtcdException {
    try (InputStream in = Files.newInputStream(file)) {
      X509Certificate[] found =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toArray(X509Certificate[]::new);
      if (found.length == 0) {
        throw wrong(file.toString(), "there is no PEM certificate in it");
      }
      return found;
    } catch (CertificateException damaged) {
      throw wrong(file.toString(), "it is not a PEM certificate: " + damaged.getMessage());
    } catch (IOException unreadable) {
      throw unreadable(file, unreadable);
    }
  }

  private static PrivateKey key(Path file) throws EtcdException {
    try {
      return PrivateKeyPem.parse(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (GeneralSecurityException unusable) {
      throw wrong(file.toString(), String.valueOf(unusable.getMessage()));
    } catch (IOException unreadable) {
      throw unreadable(file, unreadable);
    }
  }

  private static EtcdException unreadable(Path file, IOException cause) {
    return wrong(
        file.toString(),
        cause instanceof NoSuchFileException
            ? "there is no such file"
            : "it cannot be read: " + cause.getMessage());
  }

  /** A TLS failure of our own making, before anything is sent. */
  static EtcdException wrong(String subject, String detail) {
    return new EtcdException(
        new EtcdFailure(EtcdFailure.Kind.TLS, subject, detail.replaceAll("\\s+", " ").trim()));
  }
}
