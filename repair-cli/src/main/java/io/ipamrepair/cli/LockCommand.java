package io.ipamrepair.cli;

import io.ipamrepair.etcd.Etcd;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.run.LockHolder;
import io.ipamrepair.run.OperatorLock;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code lock}: who works on the cluster, and an end to it. */
@Command(
    name = "lock",
    description = "The operator lock, which apply and rollback hold while they work.",
    subcommands = {LockCommand.Status.class, LockCommand.Break.class})
final class LockCommand extends ToolCommand {
  @Override
  public ExitCode call() {
    throw new CommandFailure(
        ExitCode.USAGE, "expected: ipam-repair lock status, or ipam-repair lock break");
  }

  private static Json.Obj json(Optional<LockHolder> holder) {
    return Json.Obj.of(
        "lock",
        holder
            .<Json>map(
                each ->
                    Json.Obj.of(
                        "holder", new Json.Text(each.name()),
                        "run", new Json.Text(each.run()),
                        "since", new Json.Text(each.since().toString()),
                        "sinceRevision", Json.Num.of(each.createRevision())))
            .orElse(Json.Null.NULL));
  }

  /** {@code lock status}. */
  @Command(name = "status", description = "Who holds it, since when, for which run.")
  static final class Status extends ToolCommand {
    @Override
    public ExitCode call() {
      try (Etcd etcd = session.connectForReading(top())) {
        Optional<LockHolder> holder = OperatorLock.holder(etcd);
        if (json()) {
          session.terminal().raw(PrettyJson.of(LockCommand.json(holder)));
        } else {
          session
              .terminal()
              .result(
                  holder
                      .map(each -> "Held by " + each.words() + ".")
                      .orElse("Nobody holds the operator lock."));
          holder.ifPresent(
              each ->
                  session
                      .terminal()
                      .result(
                          "It goes within half a minute when its holder dies. Where the holder is"
                              + " stuck: ipam-repair lock break"));
        }
        return ExitCode.DONE;
      } catch (EtcdException unusable) {
        throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
      }
    }
  }

  /** {@code lock break}. */
  @Command(
      name = "break",
      description = "Takes it from its holder, whose run then writes nothing more. Asks first.")
  static final class Break extends ToolCommand {
    @Override
    public ExitCode call() {
      try (Etcd etcd = session.connectForWriting(top())) {
        Optional<LockHolder> holder = OperatorLock.holder(etcd);
        if (holder.isEmpty()) {
          session.terminal().result("Nobody holds the operator lock.");
          return ExitCode.DONE;
        }
        return breakIt(etcd, holder.get());
      } catch (EtcdException unusable) {
        throw new CommandFailure(ExitCode.ETCD, unusable.getMessage());
      }
    }

    private ExitCode breakIt(Etcd etcd, LockHolder holder) throws EtcdException {
      Terminal terminal = session.terminal();
      terminal.message("Held by " + holder.words() + ".");
      terminal.message(
          "Broken, it lets others apply. The holder's run stops before its next step, with what was"
              + " done until then; its run record stays.");
      boolean yes =
          session
              .operator(top().yes)
              .confirms("Break the lock of " + holder.name() + "?", holder.name());
      if (!yes) {
        throw new CommandFailure(
            ExitCode.DECLINED, "Declined, nothing written. Without a terminal, --yes says yes.");
      }
      boolean broken = OperatorLock.takeFrom(etcd, holder);
      terminal.result(
          broken ? "Broken." : "It was not this holder's any more. See: ipam-repair lock status");
      if (!holder.run().isEmpty()) {
        terminal.result(
            "What became of the run: ipam-repair runs show "
                + holder.run()
                + ", where its journal is.");
      }
      return broken ? ExitCode.DONE : ExitCode.MOVED;
    }
  }
}
