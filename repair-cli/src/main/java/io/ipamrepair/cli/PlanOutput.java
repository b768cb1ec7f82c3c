package io.ipamrepair.cli;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.repair.Words;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes plan files; never over an existing one. */
final class PlanOutput {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final int NAMES = 100;

  private final Session session;
  private final Optional<Path> out;
  private final Optional<SshKey> author;

  private PlanOutput(Session session, Optional<Path> out, Optional<SshKey> author) {
    this.session = session;
    this.out = out;
    this.author = author;
  }

  /**
   * Refuses at once, before anything is read, where the file exists already or the author's key
   * cannot be used.
   */
  static PlanOutput at(Session session, PlanOptions options) {
    Optional<Path> out = options.out;
    Optional<Path> resolved = out.map(session::resolve);
    resolved
        .filter(Files::exists)
        .ifPresent(
            file -> {
              throw new CommandFailure(
                  ExitCode.USAGE,
                  "--out " + out.get() + " exists already; an existing file is never overwritten");
            });
    return new PlanOutput(session, resolved, options.author(session));
  }

  /**
   * Writes the plan to the file that was asked for, or to one named by command and time in the
   * current folder; and says what was written, in text or as JSON.
   *
   * @param more members of the JSON besides those of every plan
   */
  void write(String command, Plan plan, boolean json, Map<String, Json> more) {
    Path file = file(command, plan);
    Optional<Path> signature =
        author.map(key -> new SignatureOutput(session).sign(file, PlanFile.bytes(plan), key));
    if (json) {
      session.terminal().raw(PrettyJson.of(json(file, plan, signature, more)));
    } else {
      tell(file, plan, signature);
    }
  }

  private Path file(String command, Plan plan) {
    if (out.isPresent()) {
      return create(out.get(), plan)
          .orElseThrow(
              () ->
                  new CommandFailure(
                      ExitCode.USAGE,
                      out.get() + " exists already; an existing file is never overwritten"));
    }
    String base = command + "-" + STAMP.format(plan.created());
    for (int i = 1; i <= NAMES; i++) {
      Path file = session.resolve(Path.of(base + (i == 1 ? "" : "-" + i) + ".json"));
      Optional<Path> written = create(file, plan);
      if (written.isPresent()) {
        return written.get();
      }
    }
    throw new CommandFailure(
        ExitCode.USAGE,
        "no free name for the plan file in "
            + session.resolve(Path.of("."))
            + "; name one with --out");
  }

  private static Optional<Path> create(Path file, Plan plan) {
    try {
      Files.write(file, PlanFile.bytes(plan), StandardOpenOption.CREATE_NEW);
      return Optional.of(file);
    } catch (FileAlreadyExistsException taken) {
      return Optional.empty();
    } catch (IOException failed) {
      throw new CommandFailure(
          ExitCode.USAGE, "the plan cannot be written to " + file + ": " + failed.getMessage());
    }
  }

  private void tell(Path file, Plan plan, Optional<Path> signature) {
    Terminal terminal = session.terminal();
    long addresses = plan.impact().addresses();
    terminal.result(
        "Wrote plan "
            + session.shown(file)
            + ": "
            + Words.count(plan.steps().size(), "step")
            + ", "
            + keys(plan)
            + ", "
            + Words.count(addresses, "address")
            + " affected. Nothing has changed yet.");
    signature.ifPresent(each -> terminal.result("Signed by its author: " + session.shown(each)));
    if (!plan.left().isEmpty()) {
      terminal.result("Left as they are:");
      plan.left().forEach(left -> terminal.result("  " + left));
    }
    terminal.result("Next: ipam-repair review " + session.shown(file));
  }

  /** {@code 1 key created, 2 keys changed, 1 key deleted}. */
  private static String keys(Plan plan) {
    List<PlannedWrite> writes =
        plan.steps().stream().flatMap(step -> step.writes().stream()).toList();
    long created = writes.stream().filter(write -> write.before().isEmpty()).count();
    long deleted = writes.stream().filter(write -> write.after().isEmpty()).count();
    Map<String, Long> kinds = new LinkedHashMap<>();
    kinds.put("created", created);
    kinds.put("changed", writes.size() - created - deleted);
    kinds.put("deleted", deleted);
    return kinds.entrySet().stream()
        .filter(kind -> kind.getValue() > 0)
        .map(kind -> Words.count(kind.getValue(), "key") + " " + kind.getKey())
        .collect(Collectors.joining(", "));
  }

  private static Json.Obj json(
      Path file, Plan plan, Optional<Path> signature, Map<String, Json> more) {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("plan", new Json.Text(file.toString()));
    members.put("digest", new Json.Text(PlanFile.digest(plan)));
    members.put("steps", Json.Num.of(plan.steps().size()));
    members.put("keys", Json.Num.of(plan.writes()));
    members.put(
        "signature",
        signature.<Json>map(each -> new Json.Text(each.toString())).orElse(Json.Null.NULL));
    members.put("addresses", Json.Num.of(plan.impact().addresses()));
    members.putAll(more);
    return new Json.Obj(members);
  }
}
