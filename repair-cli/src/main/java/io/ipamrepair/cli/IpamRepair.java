package io.ipamrepair.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The top command: options that every command accepts, before or after its arguments. Its commands
 * are {@link Commands}.
 */
@Command(
    name = "ipam-repair",
    description = {
      "Repairs Calico's IP address data in etcd: see what is wrong, plan, review, apply, roll back.",
      "Read-only, but for apply and rollback."
    },
    synopsisSubcommandLabel = "COMMAND")
final class IpamRepair {
  @Option(
      names = "--endpoints",
      scope = ScopeType.INHERIT,
      paramLabel = "URL[,URL]",
      description = "etcd's endpoints, as for etcdctl.")
  Optional<String> endpoints = Optional.empty();

  @Option(
      names = "--snapshot",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "Reads a snapshot of etcd's instead of a live etcd.")
  Optional<Path> snapshot = Optional.empty();

  @Option(
      names = "--dump",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "Reads a dump of this tool's instead of a live etcd.")
  Optional<Path> dump = Optional.empty();

  @Option(
      names = "--cacert",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "Authorities to trust, PEM.")
  Optional<Path> cacert = Optional.empty();

  @Option(
      names = "--cert",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "This client's certificate, PEM.")
  Optional<Path> cert = Optional.empty();

  @Option(
      names = "--key",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "Its key, PEM.")
  Optional<Path> key = Optional.empty();

  @Option(
      names = "--user",
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      description =
          "etcd's user. The password comes from ETCDCTL_PASSWORD, --password-file or a prompt.")
  Optional<String> user = Optional.empty();

  @Option(
      names = "--password-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "File with the password.")
  Optional<Path> passwordFile = Optional.empty();

  @Option(
      names = "--prefix",
      scope = ScopeType.INHERIT,
      paramLabel = "PREFIX",
      description = "Prepended to all keys: an etcd behind a namespace.")
  Optional<String> prefix = Optional.empty();

  @Option(
      names = "--cluster",
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      description = "A cluster of the configuration file.")
  Optional<String> cluster = Optional.empty();

  @Option(
      names = "--config",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "The configuration file, this tool's or calicoctl's.")
  Optional<Path> config = Optional.empty();

  @Option(
      names = "--request-timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "TIME",
      description = "Limit for one call to etcd (default: 10s).",
      converter = DurationText.class)
  Optional<Duration> requestTimeout = Optional.empty();

  @Option(
      names = "--settle-timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "TIME",
      description = "Limit for settling an unanswered write (default: 30s).",
      converter = DurationText.class)
  Optional<Duration> settleTimeout = Optional.empty();

  @Option(
      names = "--timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "TIME",
      description = "Limit for the whole command (default: none). Cuts no write.",
      converter = DurationText.class)
  Optional<Duration> timeout = Optional.empty();

  @Option(
      names = "--journal",
      scope = ScopeType.INHERIT,
      paramLabel = "DIR",
      description = "The folder of runs (IPAM_REPAIR_JOURNAL).")
  Optional<Path> journal = Optional.empty();

  @Option(
      names = {"-o", "--output"},
      scope = ScopeType.INHERIT,
      paramLabel = "FORMAT",
      description = "text or json; scan also prometheus or nagios (default: text).")
  OutputFormat output = OutputFormat.text;

  @Option(
      names = {"-y", "--yes"},
      scope = ScopeType.INHERIT,
      description = "Answers every question with yes.")
  boolean yes;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Logs to stderr what the libraries say.")
  boolean verbose;

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      description = "Shows this help.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Shows the version.")
  boolean version;

  /** How results are written. */
  enum OutputFormat {
    text,
    json,
    /** Of scan alone: Prometheus' text format. */
    prometheus,
    /** Of scan alone: a Nagios plugin's line, and its exit codes. */
    nagios
  }
}
