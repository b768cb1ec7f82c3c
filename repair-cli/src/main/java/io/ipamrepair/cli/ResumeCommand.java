package io.ipamrepair.cli;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.journal.JournalException;
import io.ipamrepair.run.Backing;
import io.ipamrepair.run.Resume;
import io.ipamrepair.run.RunFormatException;
import io.ipamrepair.run.RunOutcome;
import java.util.List;
import java.util.OptionalInt;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code resume RUN}: goes on with a run that was cut off between its steps. */
@Command(
    name = "resume",
    description = "Goes on with a run that was cut off: verifies what is left again, and asks.")
final class ResumeCommand extends WritingCommand {
  @Parameters(paramLabel = "RUN", description = "The run's ID, as in runs.")
  String run;

  @Mixin RunningOptions running;
  @Mixin ApprovalOptions approvals;

  @Override
  ExitCode write() {
    // The signatures are in the journal.
    Backing backing = approvals.backing(session, List.of());
    try (Etcd etcd = session.connectForWriting(top())) {
      RunOutcome outcome =
          new Resume(session.workplace(etcd, top()), running.options()).resume(run, backing);
      return new Application(session, top(), running.options())
          .report(outcome, OptionalInt.empty());
    } catch (JournalException unusable) {
      throw new CommandFailure(RunsCommand.exit(unusable), unusable.getMessage());
    } catch (RunFormatException unreadable) {
      throw new CommandFailure(ExitCode.JOURNAL, unreadable.getMessage());
    }
  }
}
