package io.ipamrepair.cli;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.PlanFormatException;
import io.ipamrepair.plan.Replay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A plan file as it was read.
 *
 * @param file where it is
 * @param bytes its exact content
 * @param sealed the plan in it
 */
record PlanInput(Path file, byte[] bytes, PlanFile.Sealed sealed) {
  /** Far more than any plan of a thousand steps; a file beyond it is none. */
  private static final long LARGEST = 1L << 30;

  /**
   * Reads a plan file; one that does not exist is wrong usage, one that is damaged is refused with
   * every problem.
   */
  static PlanInput read(Session session, Path given, EtcdLimits limits) {
    Path file = session.resolve(given);
    try {
      if (Files.isDirectory(file)) {
        throw new CommandFailure(ExitCode.USAGE, given + " is a folder; expected a plan file");
      }
      if (Files.size(file) > LARGEST) {
        throw new CommandFailure(
            ExitCode.PLAN_REFUSED, given + ": not a plan file: " + Files.size(file) + " bytes");
      }
      byte[] bytes = Files.readAllBytes(file);
      return new PlanInput(file, bytes, PlanFile.read(bytes, limits));
    } catch (NoSuchFileException missing) {
      throw new CommandFailure(ExitCode.USAGE, "there is no plan file " + given);
    } catch (IOException unreadable) {
      throw new CommandFailure(
          ExitCode.USAGE, "the plan file " + given + " cannot be read: " + unreadable.getMessage());
    } catch (PlanFormatException refused) {
      List<String> lines = new ArrayList<>();
      lines.add("Plan refused, nothing written: " + given);
      refused.problems().forEach(problem -> lines.add("  " + problem));
      throw new CommandFailure(ExitCode.PLAN_REFUSED, lines);
    }
  }

  /** Refuses a plan that carries what it was made of and does not follow from it. */
  void refuseUnlessItFollows(Path given) {
    if (PlanProof.of(sealed.plan()) instanceof Replay.Verdict.DoesNotFollow lies) {
      List<String> lines = new ArrayList<>();
      lines.add(
          "Plan refused, nothing written: "
              + given
              + " does not follow from what it carries; it was not made by this tool, or was edited:");
      lies.problems().forEach(problem -> lines.add("  " + problem));
      throw new CommandFailure(ExitCode.PLAN_REFUSED, lines);
    }
  }

  /** The content as JSON, its members in the file's order. */
  Json json() {
    try {
      return new JsonReader().readObject(Bytes.of(bytes));
    } catch (JsonFormatException impossible) {
      throw new IllegalStateException(file + " was read as a plan before", impossible);
    }
  }
}
