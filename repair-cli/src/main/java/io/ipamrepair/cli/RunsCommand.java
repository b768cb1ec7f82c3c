package io.ipamrepair.cli;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.journal.Journal;
import io.ipamrepair.journal.Journal.Listed;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.run.Forgetting;
import io.ipamrepair.run.RebuiltMark;
import io.ipamrepair.run.RunApprovals;
import io.ipamrepair.run.RunAudit;
import io.ipamrepair.run.RunExport;
import io.ipamrepair.run.RunFormatException;
import io.ipamrepair.run.RunReader;
import io.ipamrepair.source.NewFile;
import io.ipamrepair.undo.EtcdctlScript;
import io.ipamrepair.undo.RecordedRun;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runs}: the runs in the journal, newest first. */
@Command(
    name = "runs",
    description = "The runs in the journal, newest first.",
    subcommands = {
      RunsCommand.Show.class,
      RunsCommand.Verify.class,
      RunsCommand.Forget.class,
      RunsCommand.Export.class,
      RunsCommand.Import.class
    })
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
            + (RebuiltMark.of(readable.history()).isPresent() ? ", journal rebuilt" : "")
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
        members.put("rebuilt", Json.Bool.of(RebuiltMark.of(readable.history()).isPresent()));
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
      Optional<RebuiltMark> mark;
      List<String> approvals;
      try {
        RunHistory history = session.journal(top()).read(run);
        recorded = new RunReader().read(history);
        mark = RebuiltMark.of(history);
        approvals = RunApprovals.of(history).words();
      } catch (JournalException unusable) {
        throw new CommandFailure(exit(unusable), unusable.getMessage());
      } catch (RunFormatException unreadable) {
        throw new CommandFailure(ExitCode.JOURNAL, unreadable.getMessage());
      }
      if (json()) {
        session
            .terminal()
            .raw(
                PrettyJson.of(
                    json(recorded)
                        .with("approvals", Json.Array.ofTexts(approvals))
                        .with("rebuilt", Json.Bool.of(mark.isPresent()))));
      } else {
        text(recorded, approvals, mark);
      }
      return ExitCode.DONE;
    }

    private void text(RecordedRun recorded, List<String> approvals, Optional<RebuiltMark> mark) {
      Terminal terminal = session.terminal();
      terminal.result(
          "Run "
              + recorded.id()
              + "  "
              + recorded.status().words()
              + (mark.isPresent() ? "  journal written " : "  started ")
              + recorded.started()
              + " by "
              + recorded.operator());
      mark.ifPresent(each -> each.words().forEach(line -> terminal.result("  " + line)));
      approvals.forEach(line -> terminal.result("  " + line));
      for (int number = 1; number <= recorded.steps().size(); number++) {
        terminal.result("Step " + number + "  " + recorded.steps().get(number - 1).words());
      }
      terminal.result("");
      new ReviewText(terminal::result)
          .print(
              Review.of(
                  new PlanFile.Sealed(recorded.plan(), recorded.digest()),
                  List.of(),
                  recorded.started()));
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

  /** {@code runs export RUN}: a run in one file, or its undo for etcdctl. */
  @Command(
      name = "export",
      description = "Writes a run into one file, to be rolled back from on another machine.")
  static final class Export extends ToolCommand {
    @Parameters(index = "0", paramLabel = "RUN", description = "The run's ID.")
    String run;

    @Parameters(index = "1", paramLabel = "FILE", description = "The file to write; it is new.")
    Path file;

    @Option(
        names = "--etcdctl",
        description =
            "Writes a shell script instead, that undoes the run with etcdctl txn, key by key as long as"
                + " nobody changed it since.")
    boolean etcdctl;

    @Override
    public ExitCode call() {
      try {
        RunHistory history = session.journal(top()).read(run);
        write(
            etcdctl ? script(new RunReader().read(history)) : PrettyJson.of(RunExport.of(history)));
      } catch (JournalException unusable) {
        throw new CommandFailure(exit(unusable), unusable.getMessage());
      } catch (RunFormatException unreadable) {
        throw new CommandFailure(ExitCode.JOURNAL, unreadable.getMessage());
      }
      session
          .terminal()
          .result(
              etcdctl
                  ? "Wrote " + file + ". Where only etcdctl is left: sh " + file
                  : "Wrote " + file + ". On another machine: ipam-repair runs import " + file);
      return ExitCode.DONE;
    }

    private String script(RecordedRun recorded) {
      boolean unknown =
          recorded.steps().stream()
              .anyMatch(step -> step.status() == RecordedRun.StepStatus.UNKNOWN);
      if (unknown) {
        throw new CommandFailure(
            ExitCode.IMPOSSIBLE,
            "nobody knows yet whether the last step was applied; first: ipam-repair recover "
                + run);
      }
      return new EtcdctlScript(recorded, Bytes.utf8(top().prefix.orElse(""))).text();
    }

    private void write(String text) {
      Path target = session.resolve(file);
      try (FileChannel channel = NewFile.create(target)) {
        Channels.newOutputStream(channel).write(text.getBytes(StandardCharsets.UTF_8));
      } catch (FileAlreadyExistsException there) {
        throw new CommandFailure(ExitCode.USAGE, file + " exists; it is not overwritten");
      } catch (IOException failed) {
        throw new CommandFailure(ExitCode.USAGE, "cannot write " + file + ": " + failed);
      }
    }
  }

  /** {@code runs import FILE}: a run that another machine exported. */
  @Command(name = "import", description = "Takes an exported run into the journal.")
  static final class Import extends ToolCommand {
    @Parameters(paramLabel = "FILE", description = "What runs export wrote.")
    Path file;

    @Override
    public ExitCode call() {
      try {
        Bytes content = Bytes.of(Files.readAllBytes(session.resolve(file)));
        String run = RunExport.into(session.journal(top()), content);
        session.terminal().result("Run " + run + " is in " + session.journalFolder(top()) + ".");
        session.terminal().result("Undo: ipam-repair rollback " + run);
        return ExitCode.DONE;
      } catch (IOException unreadable) {
        throw new CommandFailure(ExitCode.USAGE, "cannot read " + file + ": " + unreadable);
      } catch (RunFormatException foreign) {
        throw new CommandFailure(ExitCode.USAGE, file + ": " + foreign.getMessage());
      } catch (JournalException unusable) {
        throw new CommandFailure(ExitCode.JOURNAL, unusable.getMessage());
      }
    }
  }
}
