package io.ipamrepair.cli;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.Journal.Listed;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.run.LockHolder;
import io.ipamrepair.run.OperatorLock;
import io.ipamrepair.run.Recovery;
import io.ipamrepair.run.RunFormatException;
import io.ipamrepair.run.RunId;
import io.ipamrepair.run.RunOptions;
import io.ipamrepair.run.RunReader;
import io.ipamrepair.run.ToolKeys;
import io.ipamrepair.undo.RecordedRun;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code recover [RUN]}: takes over a run that was cut off, and says where things stand. */
@Command(
    name = "recover",
    description =
        "Takes over a run that was cut off, so that no step of it can commit any more; finds out which"
            + " did; says how to go on or back.")
final class RecoverCommand extends WritingCommand {
  @Parameters(
      paramLabel = "RUN",
      arity = "0..1",
      description = "The run's ID, as in runs; without it the newest one that has not ended.")
  Optional<String> run = Optional.empty();

  @Override
  ExitCode write() {
    try (Etcd etcd = session.connectForWriting(top())) {
      Journal journal = session.journal(top());
      Optional<String> meant = run.isPresent() ? run : newest(etcd, journal);
      if (meant.isEmpty()) {
        return nothing(etcd);
      }
      if (isAtWork(etcd, meant.get()) && !takesOver(meant.get())) {
        throw new CommandFailure(
            ExitCode.DECLINED, "Declined, nothing written. Without a terminal, --yes says yes.");
      }
      Recovery recovery =
          new Recovery(
              etcd,
              journal,
              session.operatorName(),
              RunId.token(session.random()),
              session.clock());
      return report(recovery.recover(meant.get()));
    } catch (EtcdException unusable) {
      throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
    } catch (JournalException unusable) {
      throw new CommandFailure(RunsCommand.exit(unusable), unusable.getMessage());
    } catch (RunFormatException unreadable) {
      throw new CommandFailure(ExitCode.JOURNAL, unreadable.getMessage());
    }
  }

  private static Set<String> unclosed(Etcd etcd) throws EtcdException {
    return ToolKeys.read(etcd).stream()
        .flatMap(keys -> keys.unclosed().stream())
        .map(ToolKeys.UnclosedRun::run)
        .collect(Collectors.toSet());
  }

  private static Optional<String> newest(Etcd etcd, Journal journal)
      throws EtcdException, JournalException {
    Set<String> unclosed = unclosed(etcd);
    for (Listed listed : journal.list()) {
      if (listed instanceof Listed.Readable readable) {
        String id = readable.history().runId();
        try {
          if (unclosed.contains(id) || isCutOff(new RunReader().read(readable.history()))) {
            return Optional.of(id);
          }
        } catch (RunFormatException nothingSent) {
          // A run that stopped before its plan was written down sent nothing.
          continue;
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isCutOff(RecordedRun run) {
    return run.status() == RecordedRun.Status.OPEN || run.status() == RecordedRun.Status.UNKNOWN;
  }

  private ExitCode nothing(Etcd etcd) throws EtcdException {
    Set<String> elsewhere = unclosed(etcd);
    if (json()) {
      session.terminal().raw(PrettyJson.of(Json.Obj.of("run", Json.Null.NULL)));
    } else {
      session.terminal().result("No run in " + session.journalFolder(top()) + " is cut off.");
    }
    elsewhere.stream()
        .sorted()
        .forEach(
            id ->
                session
                    .terminal()
                    .message(
                        "In etcd run "
                            + id
                            + " has not ended; its journal is not here. See: ipam-repair scan"));
    return ExitCode.DONE;
  }

  /** A lock goes within half a minute of its holder's death: while there is one, he may live. */
  private static boolean isAtWork(Etcd etcd, String run) throws EtcdException {
    Optional<LockHolder> holder = OperatorLock.holder(etcd);
    return holder.filter(each -> each.run().equals(run)).isPresent();
  }

  private boolean takesOver(String id) {
    session
        .terminal()
        .message(
            "Run "
                + id
                + " holds the operator lock: its process may be at work, or died less than half a"
                + " minute ago. Taken over, it writes nothing more.");
    return session.operator(top().yes).confirms("Take over run " + id + "?", id);
  }

  private ExitCode report(Recovery.Recovered recovered) {
    RecoveredOutput output = new RecoveredOutput(session.terminal(), json());
    if (recovered instanceof Recovery.Recovered.Not not) {
      return new Application(session, top(), RunOptions.standard())
          .report(not.outcome(), OptionalInt.empty());
    } else if (recovered instanceof Recovery.Recovered.Diverged diverged) {
      output.diverged(diverged);
      return ExitCode.TAKEN_OVER;
    }
    output.settled((Recovery.Recovered.Settled) recovered);
    return ExitCode.DONE;
  }
}
