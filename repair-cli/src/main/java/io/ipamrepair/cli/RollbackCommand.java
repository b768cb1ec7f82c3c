package io.ipamrepair.cli;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.run.Backing;
import io.ipamrepair.run.Rollback;
import io.ipamrepair.run.RunFormatException;
import io.ipamrepair.undo.Undo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rollback RUN}: plans what undoes a run, shows it, and applies it like any plan. */
@Command(
    name = "rollback",
    description =
        "Undoes a run from the journal; with --out only writes the plan that would. Can itself be rolled back.")
final class RollbackCommand extends WritingCommand {
  @Parameters(paramLabel = "RUN", description = "The run's ID, as in runs.")
  String run;

  @Mixin PlanOptions planOptions;
  @Mixin RunningOptions running;
  @Mixin ApprovalOptions approvals;

  @Option(
      names = "--without-conflicts",
      description =
          "Leaves what somebody changed since the run, and undoes the rest; without it nothing is undone then.")
  boolean withoutConflicts;

  @Override
  ExitCode write() {
    Optional<PlanOutput> output = planOptions.out.map(file -> PlanOutput.at(session, planOptions));
    Backing given = approvals.backing(session, List.of());
    Application application = new Application(session, top(), running.options());
    Rollback.Prepared prepared = prepare();
    if (prepared instanceof Rollback.Prepared.Impossible impossible) {
      return application.report(impossible.outcome(), OptionalInt.empty());
    }
    Rollback.Prepared.Ready ready = (Rollback.Prepared.Ready) prepared;
    Plan plan = ready.plan();
    if (output.isPresent()) {
      output.get().write("rollback", plan, json(), Map.of());
      return ExitCode.DONE;
    }
    PlanFile.Sealed sealed = new PlanFile.Sealed(plan, PlanFile.digest(plan));
    new ReviewText(json() ? session.terminal()::message : session.terminal()::result)
        .print(Review.of(sealed, List.of(), session.now()));
    Backing backing = ready.covering().map(given::covering).orElse(given);
    return application.apply(sealed, PlanFile.bytes(plan), backing, false);
  }

  private Undo.Choice choice() {
    return new Undo.Choice(running.options().carrying(), withoutConflicts);
  }

  private List<String> command() {
    return withoutConflicts
        ? List.of("rollback", run, "--without-conflicts")
        : List.of("rollback", run);
  }

  private Rollback.Prepared prepare() {
    Instant now = session.now();
    try (Etcd etcd = session.connectForWriting(top())) {
      Circumstances circumstances =
          new Circumstances(
              command(),
              session.operatorName(),
              // Only a file is signed, by whoever is to apply it.
              planOptions.out.flatMap(file -> planOptions.author(session)).map(SshKey::fingerprint),
              now,
              now.plus(planOptions.expires),
              planOptions.reason,
              Optional.of(session.clusterId(etcd)));
      return new Rollback(session.workplace(etcd, top()), planOptions.limits(), choice())
          .prepare(run, circumstances);
    } catch (JournalException unusable) {
      throw new CommandFailure(RunsCommand.exit(unusable), unusable.getMessage());
    } catch (RunFormatException unreadable) {
      throw new CommandFailure(ExitCode.JOURNAL, unreadable.getMessage());
    }
  }
}
