package io.ipamrepair.cli;

import io.ipamrepair.calico.Focus;
import io.ipamrepair.calico.IpamState;
import io.ipamrepair.cli.config.ConfigException;
import io.ipamrepair.cli.config.ConnectionConfig;
import io.ipamrepair.cli.config.ConnectionFlags;
import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.run.Operator;
import io.ipamrepair.run.RunKeys;
import io.ipamrepair.run.Workplace;
import io.ipamrepair.source.DumpFile;
import io.ipamrepair.source.FileSource;
import io.ipamrepair.source.LiveSource;
import io.ipamrepair.source.Origin;
import io.ipamrepair.source.ScreenedSource;
import io.ipamrepair.source.SnapshotFile;
import io.ipamrepair.source.SourceException;
import io.ipamrepair.source.StateSource;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The process that a command runs in: its environment, folder, clock and randomness, and the ways
 * to etcd and the journal.
 */
final class Session {
  private static final String JOURNAL_VARIABLE = "IPAM_REPAIR_JOURNAL";

  private final long started = System.nanoTime();
  private final Map<String, String> environment;
  private final Path folder;
  private final Terminal terminal;
  private final Clock clock;
  private final RandomGenerator random;
  private final String user;
  private final String host;
  private final Interruption interruption;

  Session(
      Map<String, String> environment,
      Path folder,
      Terminal terminal,
      Clock clock,
      RandomGenerator random,
      String user,
      String host,
      Interruption interruption) {
    this.environment = environment;
    this.folder = folder;
    this.terminal = terminal;
    this.clock = clock;
    this.random = random;
    this.user = user;
    this.host = host;
    this.interruption = interruption;
  }

  Terminal terminal() {
    return terminal;
  }

  Clock clock() {
    return clock;
  }

  /** The time, to the second: what plans say of themselves. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS);
  }

  RandomGenerator random() {
    return random;
  }

  /** A path as the user meant it. */
  Path resolve(Path given) {
    return folder.resolve(given).normalize();
  }

  /** A path as the user would type it. */
  Path shown(Path file) {
    return file.startsWith(folder) ? folder.relativize(file) : file;
  }

  /** Who works here, {@code user@host}. */
  String operatorName() {
    return user + "@" + host;
  }

  /** The user's name on this machine. */
  String userName() {
    return user;
  }

  /** The person at this terminal, or {@code --yes} in their place. */
  Operator operator(boolean yes) {
    return new Operator() {
      @Override
      public String name() {
        return operatorName();
      }

      @Override
      public void tell(String line) {
        terminal.message(line);
      }

      @Override
      public boolean confirms(String question, String answer) {
        boolean confirmed = yes || asks(question, answer);
        if (yes) {
          terminal.message(question + " yes (--yes)");
        }
        if (confirmed) {
          interruption.writingBegins();
        }
        return confirmed;
      }

      private boolean asks(String question, String answer) {
        Optional<String> typed = terminal.ask(question + " Type '" + answer + "' to go on:");
        return typed.map(String::trim).filter(answer::equals).isPresent();
      }

      @Override
      public boolean wantsToStop() {
        return interruption.isWanted();
      }
    };
  }

  /** What apply, resume and rollback work with. */
  Workplace workplace(Etcd etcd, IpamRepair options) {
    return new Workplace(etcd, journal(options), operator(options.yes), clock, random);
  }

  /** Where the etcd is, out of flags, variables and files. */
  ConnectionConfig.Resolved connection(IpamRepair options) {
    if (options.snapshot.isPresent() || options.dump.isPresent()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "this command works on a live etcd; --snapshot and --dump are for commands that read");
    }
    ConnectionFlags flags =
        new ConnectionFlags(
            options.endpoints,
            options.cacert.map(this::resolve),
            options.cert.map(this::resolve),
            options.key.map(this::resolve),
            options.user,
            options.passwordFile.map(this::resolve),
            options.prefix,
            options.cluster,
            options.config.map(this::resolve),
            options.requestTimeout,
            options.settleTimeout,
            options.timeout);
    try {
      return ConnectionConfig.resolve(flags, environment, terminal::askSecret);
    } catch (ConfigException wrong) {
      boolean values = wrong.fault() == ConfigException.Fault.VALUES;
      throw new CommandFailure(values ? ExitCode.USAGE : ExitCode.ETCD, wrong.problems());
    }
  }

  /** Every connection of a command has what is left of the command's time. */
  private Etcd connect(ConnectionConfig.Resolved config) throws EtcdException {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - started);
    return Etcd.connect(config.target(), config.limits().after(elapsed), RunKeys.writable());
  }

  /**
   * Reads what the rules need, at one revision, from where the options say, and whole what {@code
   * focus} asks for.
   */
  ReadState read(IpamRepair options, Function<IpamState, Focus> focus) {
    return read(options, focus, (read, source, etcd) -> read);
  }

  /** Goes on with a state that was read, its source, and the live etcd behind that, if there is. */
  interface Afterwards<T> {
    T with(ReadState read, StateSource source, Optional<Etcd> etcd)
        throws EtcdException, SourceException;
  }

  /** The same, and then what is asked of the same source. */
  <T> T read(IpamRepair options, Function<IpamState, Focus> focus, Afterwards<T> afterwards) {
    return from(
        options,
        (source, etcd) -> {
          long start = System.nanoTime();
          Origin origin = source.origin();
          IpamState state =
              source instanceof FileSource file
                  ? file.read(focus)
                  : read(etcd.orElseThrow(), focus);
          Duration took = Duration.ofNanos(System.nanoTime() - start);
          return afterwards.with(new ReadState(state, origin, took), source, etcd);
        });
  }

  private IpamState read(Etcd etcd, Function<IpamState, Focus> focus) throws EtcdException {
    ScreenedSource source = new ScreenedSource(etcd);
    try (ReadingProgress shown = ReadingProgress.of(terminal, terminal.showsProgress(), source)) {
      return source.read(shown, focus);
    }
  }

  /** What a command does with a source, and with the etcd behind it where that is a live one. */
  interface Use<T> {
    T of(StateSource source, Optional<Etcd> etcd) throws EtcdException, SourceException;
  }

  /** Opens the live etcd or the file that the options name, and uses it. */
  <T> T from(IpamRepair options, Use<T> use) {
    refuseTwoSources(options);
    try {
      if (options.snapshot.isPresent()) {
        Path file = options.snapshot.get();
        Bytes prefix = Bytes.utf8(options.prefix.orElse(""));
        return use.of(SnapshotFile.open(resolve(file), file.toString(), prefix), Optional.empty());
      }
      if (options.dump.isPresent()) {
        Path file = options.dump.get();
        return use.of(DumpFile.open(resolve(file), file.toString()), Optional.empty());
      }
      try (Etcd etcd = connect(connection(options))) {
        return use.of(new LiveSource(etcd), Optional.of(etcd));
      }
    } catch (EtcdException unusable) {
      throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
    } catch (SourceException unusable) {
      boolean absent = unusable.reason() == SourceException.Reason.ABSENT;
      throw new CommandFailure(absent ? ExitCode.USAGE : ExitCode.ETCD, unusable.getMessage());
    }
  }

  private static void refuseTwoSources(IpamRepair options) {
    Map<String, Boolean> given = new LinkedHashMap<>();
    given.put("--snapshot", options.snapshot.isPresent());
    given.put("--dump", options.dump.isPresent());
    given.put("--endpoints", options.endpoints.isPresent());
    given.put("--cluster", options.cluster.isPresent());
    List<String> named = given.keySet().stream().filter(given::get).toList();
    boolean file = options.snapshot.isPresent() || options.dump.isPresent();
    if (file && named.size() > 1) {
      throw new CommandFailure(
          ExitCode.USAGE,
          String.join(" and ", named) + " name different sources; give one of them");
    }
    if (options.dump.isPresent() && options.prefix.isPresent()) {
      throw new CommandFailure(
          ExitCode.USAGE, "--dump and --prefix do not go together: the keys of a dump have none");
    }
  }

  /** A connection for a command that reads, more than once perhaps. */
  Etcd connectForReading(IpamRepair options) {
    try {
      return connect(connection(options));
    } catch (EtcdException unusable) {
      throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
    }
  }

  /**
   * A connection for a command that writes: two sources that name different etcds are one too many.
   */
  Etcd connectForWriting(IpamRepair options) {
    ConnectionConfig.Resolved config = connection(options);
    config
        .disagreement()
        .ifPresent(
            disagreement -> {
              throw new CommandFailure(ExitCode.USAGE, disagreement);
            });
    try {
      return connect(config);
    } catch (EtcdException unusable) {
      throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
    }
  }

  /** etcd's cluster ID in hexadecimal. */
  String clusterId(Etcd etcd) {
    try {
      return Long.toHexString(etcd.identity().clusterId());
    } catch (EtcdException unusable) {
      throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
    }
  }

  /** The folder of runs: option, variable, or the user's state folder. */
  Path journalFolder(IpamRepair options) {
    return options
        .journal
        .map(this::resolve)
        .or(() -> variable(JOURNAL_VARIABLE).map(Path::of).map(this::resolve))
        .orElseGet(
            () ->
                variable("XDG_STATE_HOME")
                    .map(Path::of)
                    .orElseGet(
                        () ->
                            Path.of(environment.getOrDefault("HOME", "/")).resolve(".local/state"))
                    .resolve("ipam-repair"));
  }

  Journal journal(IpamRepair options) {
    return Journal.at(journalFolder(options));
  }

  /** The variables of the process. */
  Map<String, String> environment() {
    return environment;
  }

  /** A variable that is set to something. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }
}
