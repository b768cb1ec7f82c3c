package io.ipamrepair.cli;

import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.check.Check;
import io.ipamrepair.check.Severity;
import io.ipamrepair.cli.Baseline.Accepted;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.StrictObject;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A baseline as a file: JSON, versioned, made to be reviewed and kept beside other configuration.
 * What is not understood is refused, since a baseline that is read wrongly hides damage.
 */
final class BaselineFile {
  private static final int FORMAT = 1;

  private final Path file;
  private final Path shown;

  BaselineFile(Session session, Path given) {
    this.file = session.resolve(given);
    this.shown = session.shown(file);
  }

  /** The file as the user would type it. */
  Path shown() {
    return shown;
  }

  /** Refuses at once, before anything is read, where the file exists or its folder does not. */
  void refuseUnlessNew() {
    if (Files.exists(file)) {
      throw exists();
    } else if (!Files.isDirectory(file.getParent())) {
      throw unwritable("no such folder");
    }
  }

  private CommandFailure unwritable(String reason) {
    return new CommandFailure(
        ExitCode.USAGE, "the baseline cannot be written to " + shown + ": " + reason);
  }

  private CommandFailure exists() {
    return new CommandFailure(
        ExitCode.USAGE,
        "--write-baseline " + shown + " exists already; an existing file is never overwritten");
  }

  /** Writes a new file, never over an existing one. */
  void write(Baseline baseline) {
    try {
      Files.writeString(file, text(baseline), StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException taken) {
      throw exists();
    } catch (IOException failed) {
      throw unwritable(failed.toString());
    }
  }

  private static String text(Baseline baseline) {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("format", Json.Num.of(FORMAT));
    members.put(
        "calicoGuid", baseline.calicoGuid().<Json>map(Json.Text::new).orElse(Json.Null.NULL));
    members.put("written", new Json.Text(baseline.written().toString()));
    members.put(
        "findings",
        new Json.Array(baseline.findings().stream().<Json>map(BaselineFile::entry).toList()));
    return PrettyJson.of(new Json.Obj(members));
  }

  private static Json entry(Accepted accepted) {
    return Json.Obj.of(
        "rule", new Json.Text(accepted.rule()),
        "severity", new Json.Text(accepted.severity().text()),
        "object", new Json.Text(accepted.object().text()));
  }

  /** Reads it; a damaged file ends the command with all problems at once. */
  Baseline read() {
    List<String> problems = new ArrayList<>();
    Baseline baseline = parse(bytes(), problems);
    if (!problems.isEmpty()) {
      List<String> lines = new ArrayList<>();
      lines.add("Baseline " + shown + " is not accepted:");
      problems.forEach(problem -> lines.add("  " + problem));
      throw new CommandFailure(ExitCode.USAGE, lines);
    }
    return baseline;
  }

  private Bytes bytes() {
    try {
      return Bytes.of(Files.readAllBytes(file));
    } catch (NoSuchFileException absent) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "no baseline " + shown + "; make one: ipam-repair scan --write-baseline " + shown);
    } catch (IOException failed) {
      throw new CommandFailure(
          ExitCode.USAGE, "the baseline " + shown + " cannot be read: " + failed.getMessage());
    }
  }

  private static Baseline parse(Bytes bytes, List<String> problems) {
    Json json = Json.Null.NULL;
    try {
      json = new JsonReader().read(bytes);
    } catch (JsonFormatException notJson) {
      problems.add("not JSON: " + notJson.getMessage());
      return new Baseline(Optional.empty(), Instant.EPOCH, new TreeSet<>());
    }
    boolean ours =
        json instanceof Json.Obj object
            && object.get("format").filter(Json.Num.of(FORMAT)::equals).isPresent();
    if (!ours) {
      // By its fields a file of another format may mean anything.
      problems.add("expected an object with \"format\": " + FORMAT);
      return new Baseline(Optional.empty(), Instant.EPOCH, new TreeSet<>());
    }
    StrictObject object = new StrictObject(json, "", problems);
    object.number("format");
    Optional<String> guid = object.optionalText("calicoGuid");
    Instant written = object.time("written");
    List<Accepted> read = object.objects("findings", BaselineFile::accepted);
    object.rejectUnknown();
    TreeSet<Accepted> findings = new TreeSet<>();
    boolean understood = problems.isEmpty();
    for (Accepted accepted : read) {
      if (!findings.add(accepted) && understood) {
        problems.add(
            "findings: twice "
                + accepted.rule()
                + " "
                + accepted.severity().text()
                + " "
                + accepted.object());
      }
    }
    return new Baseline(guid, written, findings);
  }

  private static Accepted accepted(StrictObject object) {
    return new Accepted(
        object.textAs(
            "rule",
            text -> Optional.of(text).filter(Check.ruleIds()::contains),
            Check.ruleIds().get(0),
            "a rule of this release, such as A3"),
        object.textAs("severity", BaselineFile::severity, Severity.ERROR, "error, warning or info"),
        object.textAs(
            "object",
            text -> Optional.of(text).filter(name -> !name.isEmpty()).map(ObjectName::new),
            ObjectName.CLUSTER,
            "an object such as block:10.64.64.0/26"));
  }

  private static Optional<Severity> severity(String text) {
    return Arrays.stream(Severity.values()).filter(each -> each.text().equals(text)).findFirst();
  }
}
