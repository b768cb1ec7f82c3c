package io.ipamrepair.cli;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.Journal.Listed;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.run.LockHolder;
import io.ipamrepair.run.OperatorLock;
import io.ipamrepair.run.Rebuilding;
import io.ipamrepair.run.Recovery;
import io.ipamrepair.run.RunFormatException;
import io.ipamrepair.run.RunId;
import io.ipamrepair.run.RunOptions;
import io.ipamrepair.run.RunOutcome;
import io.ipamrepair.run.RunReader;
import io.ipamrepair.run.ToolKeys;
import io.ipamrepair.undo.RecordedRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description =
          "The plan file that the run was made with: a journal that is lost or damaged is written again"
              + " from it and the run's record in etcd.")
  Optional<Path> plan = Optional.empty();

  @Option(
      names = "--run-dump",
      paramLabel = "FILE",
      description =
          "With --plan: the dump that the run wrote before its first step (default: RUN.dump.jsonl.gz in the"
              + " journal's folder, if it is there).")
  Optional<Path> runDump = Optional.empty();

  @Override
  ExitCode write() {
    if (runDump.isPresent() && plan.isEmpty()) {
      throw new CommandFailure(
          ExitCode.USAGE, "--run-dump is for a journal that is written again: give --plan, too");
    }
    Optional<PlanInput> input =
        plan.map(file -> PlanInput.read(session, file, EtcdLimits.unlimited()));
    try (Etcd etcd = session.connectForWriting(top())) {
      Journal journal = session.journal(top());
      Optional<String> meant = meant(etcd, journal, input);
      if (meant.isEmpty()) {
        return nothing(etcd);
      }
      if (isAtWork(etcd, meant.get()) && !takesOver(meant.get())) {
        throw new CommandFailure(
            ExitCode.DECLINED, "Declined, nothing written. Without a terminal, --yes says yes.");
      }
      if (input.isPresent()) {
        Optional<RunOutcome> against = rebuild(etcd, journal, meant.get(), input.get());
        if (against.isPresent()) {
          return new Application(session, top(), RunOptions.standard())
              .report(against.get(), OptionalInt.empty());
        }
      }
      return recover(etcd, journal, meant.get());
    } catch (EtcdException unusable) {
      List<String> lines = new ArrayList<>(List.of(unusable.getMessage()));
      lines.addAll(FullEtcd.advice(unusable.failure()));
      throw new CommandFailure(ExitCode.ETCD, lines);
    } catch (JournalException unusable) {
      throw new CommandFailure(RunsCommand.exit(unusable), unusable.getMessage());
    }
  }

  private ExitCode recover(Etcd etcd, Journal journal, String meant) throws JournalException {
    Recovery recovery =
        new Recovery(
            etcd, journal, session.operatorName(), RunId.token(session.random()), session.clock());
    try {
      return report(recovery.recover(meant));
    } catch (JournalException unusable) {
      boolean lost =
          unusable.reason() == JournalException.Reason.NO_SUCH_RUN
              || unusable.reason() == JournalException.Reason.DAMAGED;
      throw new CommandFailure(
          RunsCommand.exit(unusable),
          lost ? withWay(unusable.getMessage(), meant) : List.of(unusable.getMessage()));
    } catch (RunFormatException unreadable) {
      throw new CommandFailure(ExitCode.JOURNAL, withWay(unreadable.getMessage(), meant));
    }
  }

  private static List<String> withWay(String problem, String run) {
    return List.of(
        problem,
        "Where the journal is on another machine, take it from there: ipam-repair runs export "
            + run
            + " FILE",
        "Where it is lost, it can be written again from the plan file: ipam-repair recover "
            + run
            + " --plan FILE");
  }

  /** The run that is meant; by its plan, where that is given alone. */
  private Optional<String> meant(Etcd etcd, Journal journal, Optional<PlanInput> input)
      throws EtcdException, JournalException {
    if (run.isPresent() || input.isEmpty()) {
      return run.isPresent() ? run : newest(etcd, journal);
    }
    String digest = input.get().sealed().digest();
    List<String> made = Rebuilding.runsOf(etcd, digest);
    if (made.size() == 1) {
      return Optional.of(made.get(0));
    }
    throw new CommandFailure(
        ExitCode.USAGE,
        made.isEmpty()
            ? "etcd has no record of a run with this plan, "
                + digest
                + ": name the run: ipam-repair recover RUN --plan FILE"
            : "several runs were made with this plan, name one of them: "
                + String.join(", ", made));
  }

  /** What stands against it; nothing when the journal is there and can be used. */
  private Optional<RunOutcome> rebuild(Etcd etcd, Journal journal, String meant, PlanInput input)
      throws JournalException {
    Rebuilding rebuilding =
        new Rebuilding(
            etcd, journal, session.operatorName(), RunId.token(session.random()), session.clock());
    Rebuilding.Outcome outcome =
        rebuilding.rebuild(
            meant,
            new Rebuilding.Sources(input.sealed(), input.bytes(), runDump.map(session::resolve)));
    if (outcome instanceof Rebuilding.Outcome.Not not) {
      return Optional.of(not.outcome());
    } else if (outcome instanceof Rebuilding.Outcome.Rebuilt rebuilt) {
      session.terminal().messages(List.of("The journal of run " + meant + " was written again:"));
      rebuilt.mark().words().forEach(line -> session.terminal().messages(List.of("  " + line)));
    } else {
      session
          .terminal()
          .message("The journal of run " + meant + " is whole; the plan file was not needed.");
    }
    return Optional.empty();
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
