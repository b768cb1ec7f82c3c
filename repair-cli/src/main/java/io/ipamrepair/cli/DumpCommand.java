package io.ipamrepair.cli;

import io.ipamrepair.calico.Pseudonyms;
import io.ipamrepair.calico.Redaction;
import io.ipamrepair.etcd.EtcdException;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.repair.Words;
import io.ipamrepair.source.DumpWriter;
import io.ipamrepair.source.DumpWriter.Written;
import io.ipamrepair.source.SourceException;
import io.ipamrepair.source.StateSource;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dump FILE}: everything that a scan reads, in a file that a scan can read. */
@Command(
    name = "dump",
    description = {
      "Writes everything that a scan reads to a file, for --dump.",
      "With --redact it can be sent to somebody: names become pseudonyms, findings stay the same."
    })
final class DumpCommand extends ToolCommand {
  private static final int SALT_BYTES = 32;

  @Parameters(
      paramLabel = "FILE",
      description = "The new file; compressed when its name ends in .gz.")
  Path file;

  @Option(
      names = "--redact",
      description = "Hides the names of nodes, namespaces, pods, containers and handles.")
  boolean redact;

  @Override
  public ExitCode call() {
    Path target = session.resolve(file);
    if (Files.exists(target)) {
      throw exists();
    }
    if (!Files.isDirectory(target.toAbsolutePath().getParent())) {
      throw new CommandFailure(ExitCode.USAGE, "there is no folder for the dump " + file);
    }
    DumpWriter writer =
        new DumpWriter(target, redact ? Optional.of(redaction()) : Optional.empty());
    Written written = session.from(top(), (source, etcd) -> write(writer, source));
    if (json()) {
      session.terminal().raw(PrettyJson.of(json(target, written)));
    } else {
      tell(written);
    }
    return ExitCode.DONE;
  }

  /** One salt, so that a read that starts again hides names in the same way. */
  private Supplier<Redaction> redaction() {
    byte[] salt = new byte[SALT_BYTES];
    session.random().nextBytes(salt);
    return () -> new Redaction(new Pseudonyms(salt));
  }

  private Written write(DumpWriter writer, StateSource source)
      throws EtcdException, SourceException {
    try {
      return writer.write(source);
    } catch (FileAlreadyExistsException taken) {
      throw exists();
    } catch (IOException failed) {
      throw new CommandFailure(
          ExitCode.USAGE, "the dump " + file + " cannot be written: " + failed.getMessage());
    }
  }

  private CommandFailure exists() {
    return new CommandFailure(
        ExitCode.USAGE, file + " exists already; an existing file is never overwritten");
  }

  private void tell(Written written) {
    Terminal terminal = session.terminal();
    terminal.result(
        "Wrote "
            + (written.redacted() ? "redacted dump " : "dump ")
            + file
            + ": "
            + Words.count(written.keys(), "key")
            + " at revision "
            + written.revision()
            + ", from "
            + written.origin().words()
            + ".");
    if (redact) {
      terminal.result(
          "Addresses, pools, times and counts are in it as they are; so look before you send it.");
    }
    terminal.result("Next: ipam-repair scan --dump " + Shell.words(List.of(file.toString())));
  }

  private static Json.Obj json(Path target, Written written) {
    return Json.Obj.of(
        "dump", new Json.Text(target.toString()),
        "keys", Json.Num.of(written.keys()),
        "revision", Json.Num.of(written.revision()),
        "redacted", Json.Bool.of(written.redacted()));
  }
}
