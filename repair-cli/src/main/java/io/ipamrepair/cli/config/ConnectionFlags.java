package io.ipamrepair.cli.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What the command line says about the connection; nothing where a flag was not given. */
public record ConnectionFlags(
    Optional<String> endpoints,
    Optional<Path> cacert,
    Optional<Path> cert,
    Optional<Path> key,
    Optional<String> user,
    Optional<Path> passwordFile,
    Optional<String> prefix,
    Optional<String> cluster,
    Optional<Path> configFile,
    Optional<Duration> requestTimeout,
    Optional<Duration> settleTimeout,
    Optional<Duration> timeout) {
  /** No flag at all. */
  public static ConnectionFlags none() {
    return new ConnectionFlags(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
