package io.ipamrepair.cli;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.Journal.Listed;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.run.Forgetting;
import io.ipamrepair.run.RunAudit;
import io.ipamrepair.run.RunFormatException;
import io.ipamrepair.run.RunReader;
import io.ipamrepair.undo.RecordedRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runs}: the runs in the journal, newest first. */
@Command(
    name = "runs",
    description = "The runs in the journal, newest first.",
    subcommands = {RunsCommand.Show.class, RunsCommand.Verify.class, RunsCommand.Forget.class})
final class RunsCommand extends ToolCommand {
  @Override
  public ExitCode call() {
    List<Listed> listed = list();
    if (json()) {
      Json runs = new Json.Array(listed.stream().<Json>map(RunsCommand::json).toList());
      session.terminal().raw(PrettyJson.of(new Json.Obj(Map.of("runs", runs))));
      return ExitCode.DONE;
    }
    if (listed.isEmpty()) {
      session.terminal().result("No runs in " + session.journalFolder(top()) + ".");
    }
    for (Listed each : listed) {
      session.terminal().result(line(each));
    }
    return ExitCode.DONE;
  }

  private List<Listed> list() {
    try {
      return session.journal(top()).list();
    } catch (JournalException unusable) {
      throw new CommandFailure(exit(unusable), unusable.getMessage());
    }
  }

  private static String line(Listed listed) {
    if (listed instanceof Listed.Readable readable) {
      try {
        RecordedRun run = new RunReader().read(readable.history());
        return run.id()
            + "  "
            + run.started().truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
            + "  "
            + run.operator()
            + "  "
            + run.status().words()
            + "  "
            + run.plan().title();
      } catch (RunFormatException unreadable) {
        return readable.history().runId() + "  " + unreadable.getMessage();
      }
    }
    Listed.Unreadable unreadable = (Listed.Unreadable) listed;
    return unreadable.runId() + "  " + unreadable.cause().getMessage();
  }

  private static Json.Obj json(Listed listed) {
    Map<String, Json> members = new LinkedHashMap<>();
    if (listed instanceof Listed.Readable readable) {
      members.put("id", new Json.Text(readable.history().runId()));
      try {
        RecordedRun run = new RunReader().read(readable.history());
        members.put("started", new Json.Text(run.started().toString()));
        members.put("operator", new Json.Text(run.operator()));
        members.put("status", new Json.Text(run.status().words()));
        members.put("title", new Json.Text(run.plan().title()));
        members.put("digest", new Json.Text(run.digest()));
      } catch (RunFormatException unreadable) {
        members.put("problem", new Json.Text(unreadable.getMessage()));
      }
    } else if (listed instanceof Listed.Unreadable unreadable) {
      members.put("id", new Json.Text(unreadable.runId()));
      members.put("problem", new Json.Text(unreadable.cause().getMessage()));
    }
    return new Json.Obj(members);
  }

  /** A run that is not there is wrong usage; a journal that cannot be used is its own case. */
  static ExitCode exit(JournalException unusable) {
    return unusable.reason() == JournalException.Reason.NO_SUCH_RUN
        ? ExitCode.USAGE
        : ExitCode.JOURNAL;
  }

  /** {@code runs show RUN}: what a run did, step by step. */
  @Command(name = "show", description = "What a run did, step by step.")
  static final class Show extends ToolCommand {
    @Parameters(paramLabel = "RUN", description = "The run's ID.")
    String run;

    @Override
    public ExitCode call() {
      RecordedRun recorded;
      try {
        recorded = new RunReader().read(session.journal(top()).read(run));
      } catch (JournalException unusable) {
        throw new CommandFailure(exit(unusable), unusable.getMessage());
      } catch (RunFormatException unreadable) {
        throw new CommandFailure(ExitCode.JOURNAL, unreadable.getMessage());
      }
      if (json()) {
        session.terminal().raw(PrettyJson.of(json(recorded)));
      } else {
        text(recorded);
      }
      return ExitCode.DONE;
    }

    private void text(RecordedRun recorded) {
      Terminal terminal = session.terminal();
      terminal.result(
          "Run "
              + recorded.id()
              + "  "
              + recorded.status().words()
              + "  started "
              + recorded.started()
              + " by "
              + recorded.operator());
      for (int number = 1; number <= recorded.steps().size(); number++) {
        RecordedRun.RecordedStep step = recorded.steps().get(number - 1);
        terminal.result(
            "Step "
                + number
                + "  "
                + step.status().words()
                + (step.revision().isPresent()
                    ? " at revision " + step.revision().getAsLong()
                    : ""));
      }
      terminal.result("");
      new ReviewText(terminal::result)
          .print(new io.ipamrepair.plan.PlanFile.Sealed(recorded.plan(), recorded.digest()));
      terminal.result("Undo: ipam-repair rollback " + recorded.id());
    }

    private static Json.Obj json(RecordedRun recorded) {
      Map<String, Json> members = new LinkedHashMap<>();
      members.put("id", new Json.Text(recorded.id()));
      members.put("status", new Json.Text(recorded.status().words()));
      members.put("started", new Json.Text(recorded.started().toString()));
      members.put("operator", new Json.Text(recorded.operator()));
      members.put("digest", new Json.Text(recorded.digest()));
      members.put("title", new Json.Text(recorded.plan().title()));
      List<Json> steps = new ArrayList<>();
      for (RecordedRun.RecordedStep step : recorded.steps()) {
        Map<String, Json> each = new LinkedHashMap<>();
        each.put("status", new Json.Text(step.status().words()));
        each.put(
            "revision",
            step.revision().isPresent()
                ? Json.Num.of(step.revision().getAsLong())
                : Json.Null.NULL);
        steps.add(new Json.Obj(each));
      }
      members.put("steps", new Json.Array(steps));
      return new Json.Obj(members);
    }
  }

  /** {@code runs verify [RUN]}: whether journals are the whole truth. */
  @Command(
      name = "verify",
      description = "Whether a run's journal, or each, is whole and goes with the record in etcd.")
  static final class Verify extends ToolCommand {
    @Parameters(paramLabel = "RUN", arity = "0..1", description = "The run's ID.")
    Optional<String> run = Optional.empty();

    @Override
    public ExitCode call() {
      List<RunAudit> audits = audits();
      if (json()) {
        Json all = new Json.Array(audits.stream().<Json>map(Verify::json).toList());
        session.terminal().raw(PrettyJson.of(Json.Obj.of("runs", all)));
      } else {
        audits.forEach(this::print);
      }
      boolean intact =
          audits.stream().allMatch(audit -> audit.verdict() == RunAudit.Verdict.INTACT);
      return intact ? ExitCode.DONE : ExitCode.FOUND;
    }

    private List<RunAudit> audits() {
      Journal journal = session.journal(top());
      try (Etcd etcd = session.connectForReading(top())) {
        List<RunAudit> audits = new ArrayList<>();
        for (String each : run.isPresent() ? List.of(run.get()) : ids(journal)) {
          audits.add(RunAudit.of(etcd, journal, each));
        }
        return audits;
      } catch (EtcdException unusable) {
        throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
      } catch (JournalException unusable) {
        throw new CommandFailure(exit(unusable), unusable.getMessage());
      }
    }

    private static List<String> ids(Journal journal) throws JournalException {
      return journal.list().stream()
          .map(
              listed ->
                  listed instanceof Listed.Readable readable
                      ? readable.history().runId()
                      : ((Listed.Unreadable) listed).runId())
          .toList();
    }

    private void print(RunAudit audit) {
      session.terminal().result(audit.run() + "  " + audit.verdict().word());
      audit.remarks().forEach(remark -> session.terminal().result("  " + remark));
    }

    private static Json.Obj json(RunAudit audit) {
      return Json.Obj.of(
          "id", new Json.Text(audit.run()),
          "verdict", new Json.Text(audit.verdict().word()),
          "remarks", Json.Array.ofTexts(audit.remarks()));
    }
  }

  /** {@code runs forget RUN}: deletes the record of a run that is over. */
  @Command(
      name = "forget",
      description =
          "Deletes the record in etcd of a run that ended more than a day ago; its journal stays.")
  static final class Forget extends ToolCommand {
    @Parameters(paramLabel = "RUN", description = "The run's ID.")
    String run;

    @Override
    public ExitCode call() {
      try (Etcd etcd = session.connectForWriting(top())) {
        Optional<String> refused =
            Forgetting.forget(etcd, session.journal(top()), session.clock(), run);
        if (refused.isPresent()) {
          throw new CommandFailure(ExitCode.IMPOSSIBLE, refused.get());
        }
        session.terminal().result("The record of run " + run + " in etcd is gone.");
        return ExitCode.DONE;
      } catch (EtcdException unusable) {
        throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
      } catch (JournalException unusable) {
        throw new CommandFailure(exit(unusable), unusable.getMessage());
      }
    }
  }
}
