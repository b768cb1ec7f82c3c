package io.ipamrepair.cli;

import io.ipamrepair.approval.Assessment;
import io.ipamrepair.approval.SignatureReport;
import io.ipamrepair.json.Json;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Replay;
import io.ipamrepair.repair.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What was verified of a plan, and what was not. */
final class Verification {
  private static final String SOUND = "sound";
  private static final String NOT_SOUND = "not sound";

  private final PlanInput input;
  private final Replay.Verdict follows;
  private final Signed signed;
  private final Optional<Standing> standing;
  private final boolean offline;

  /**
   * The verification of a plan that could be read.
   *
   * @param signed who signed it
   * @param standing what etcd says; nothing when it was not asked
   * @param offline whether it was not to be asked
   */
  Verification(
      PlanInput input,
      Replay.Verdict follows,
      Signed signed,
      Optional<Standing> standing,
      boolean offline) {
    this.input = input;
    this.follows = follows;
    this.signed = signed;
    this.standing = standing;
    this.offline = offline;
  }

  /**
   * Who signed a plan.
   *
   * @param signatures what lies beside it as signatures
   * @param assessment what they are worth under the operator's own policy, where there is one; that
   *     of a cluster is the cluster's to say
   */
  record Signed(List<SignatureReport.Line> signatures, Optional<Assessment> assessment) {
    Signed {
      signatures = List.copyOf(signatures);
    }

    List<String> missing() {
      return assessment.map(Assessment::missing).orElse(List.of());
    }

    List<String> lines() {
      List<String> lines = new ArrayList<>();
      signatures.forEach(each -> lines.add(each.file() + ": " + each.words()));
      assessment.ifPresent(each -> lines.add("under your policy: " + each.words()));
      return lines.isEmpty() ? List.of("no signature beside it") : lines;
    }

    Json json() {
      return new Json.Array(
          signatures.stream()
              .<Json>map(
                  each ->
                      Json.Obj.of(
                          "file", new Json.Text(each.file()),
                          "key",
                              each.fingerprint().<Json>map(Json.Text::new).orElse(Json.Null.NULL),
                          "words", new Json.Text(each.words())))
              .toList());
    }
  }

  ExitCode exit() {
    boolean refused = follows instanceof Replay.Verdict.DoesNotFollow;
    if (refused || !signed.missing().isEmpty()) {
      return ExitCode.PLAN_REFUSED;
    }
    if (standing.isPresent() && standing.get().exit() != ExitCode.DONE) {
      return standing.get().exit();
    }
    if (follows instanceof Replay.Verdict.CarriesNothing) {
      // What nobody could look at is not called sound.
      return standing.isEmpty()
          ? ExitCode.ETCD
          : standing.get().same() ? ExitCode.DONE : ExitCode.MOVED;
    }
    return ExitCode.DONE;
  }

  private String verdict() {
    return switch (exit()) {
      case DONE -> SOUND;
      case MOVED -> "moved";
      case ETCD -> "not verified";
      default -> NOT_SOUND;
    };
  }

  private Plan plan() {
    return input.sealed().plan();
  }

  /** The report, in a few lines. */
  List<String> lines(String shown) {
    List<String> lines = new ArrayList<>();
    lines.add("plan " + Phrases.digest(input.sealed().digest()) + "  " + plan().title());
    field(lines, "Form", "format, digest, size limits, after-images: as they must be");
    field(lines, "Follows", follows());
    List<String> approvals = signed.lines();
    for (int i = 0; i < approvals.size(); i++) {
      field(lines, i == 0 ? "Signed" : "", approvals.get(i));
    }
    field(
        lines,
        "Its word",
        "author, reason, times, the cluster and what else is in it, the values that it was made of"
            + (CommandOfPlan.isRollback(plan()) ? "; what the run did and what is left" : ""));
    field(lines, "etcd", etcd());
    standing.ifPresent(found -> now(lines, found));
    lines.add(conclusion(shown));
    return lines;
  }

  private String follows() {
    if (follows instanceof Replay.Verdict.DoesNotFollow) {
      return "no";
    } else if (follows instanceof Replay.Verdict.CarriesNothing) {
      return "not verified: it carries nothing that its findings and impact could follow from;"
          + " that takes a connection";
    }
    String keys = Words.count(plan().context().map(each -> each.keys().size()).orElse(0), "key");
    return CommandOfPlan.isRollback(plan())
        ? "on the before-images and the " + keys + " that it carries: conditions, findings, impact"
        : "its command makes it again, on the before-images and the "
            + keys
            + " that it carries: title, steps, conditions, findings, impact, what is left";
  }

  private String etcd() {
    if (standing.isPresent()) {
      return standing.get().exit() == ExitCode.DONE
          ? "it can be applied: " + String.join("; ", standing.get().notes())
          : "it cannot be applied";
    }
    if (follows instanceof Replay.Verdict.DoesNotFollow) {
      return "not asked";
    }
    return "not asked: " + (offline ? "--offline" : "none is named by flag, variable or file");
  }

  private static void now(List<String> lines, Standing found) {
    if (found.exit() != ExitCode.DONE) {
      return;
    }
    field(
        lines,
        "Now",
        found.same()
            ? "it would be made again just so"
            : "it would no longer be made just so"
                + (found.differences().isEmpty() ? ", but does the same" : ":"));
    found.differences().forEach(line -> field(lines, "", line));
  }

  private String conclusion(String shown) {
    return switch (exit()) {
      case DONE ->
          standing.isPresent()
              ? "Sound, and it can be applied. Next: ipam-repair apply " + shown
              : "Sound. Whether it still can be applied is for the cluster to say: ipam-repair verify "
                  + shown;
      case MOVED -> "No longer as it was. Next: ipam-repair replan " + shown;
      case ETCD -> "Not verified as a whole. With a connection: ipam-repair verify " + shown;
      default -> "Do not apply it.";
    };
  }

  private static void field(List<String> lines, String name, String text) {
    String indent = " ".repeat(10);
    List<String> wrapped = Phrases.wrapped(text, Phrases.WIDTH - indent.length());
    for (int i = 0; i < wrapped.size(); i++) {
      lines.add(
          i == 0
              ? (name + indent).substring(0, indent.length()) + wrapped.get(0)
              : indent + wrapped.get(i));
    }
  }

  /** Why it is not sound, or cannot be applied; empty when it is and can. */
  List<String> refusal() {
    List<String> reasons = problems();
    if (standing.isEmpty()) {
      // Else the dry run says so, of all policies.
      signed.missing().forEach(each -> reasons.add("your policy asks for approvals: " + each));
    }
    standing.ifPresent(found -> reasons.addAll(found.reasons()));
    if (reasons.isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        follows instanceof Replay.Verdict.DoesNotFollow
            ? "Not sound: the plan does not follow from what it carries; it was not made by this tool, or was edited:"
            : "It cannot be applied:");
    reasons.forEach(reason -> lines.add("  " + reason));
    return lines;
  }

  private List<String> problems() {
    return follows instanceof Replay.Verdict.DoesNotFollow lies
        ? new ArrayList<>(lies.problems())
        : new ArrayList<>();
  }

  /** The same for programs (docs/output.md). */
  Json.Obj json() {
    return json(
        verdict(),
        new Json.Text(input.sealed().digest()),
        new Json.Text(plan().title()),
        follows instanceof Replay.Verdict.CarriesNothing
            ? Json.Null.NULL
            : Json.Bool.of(follows instanceof Replay.Verdict.Follows),
        problems(),
        signed,
        standing.<Json>map(Verification::json).orElse(Json.Null.NULL));
  }

  /** Of a file that is no plan. */
  static Json.Obj unreadable(List<String> problems) {
    return json(
        NOT_SOUND,
        Json.Null.NULL,
        Json.Null.NULL,
        Json.Bool.FALSE,
        problems,
        new Signed(List.of(), Optional.empty()),
        Json.Null.NULL);
  }

  private static Json.Obj json(
      String verdict,
      Json digest,
      Json title,
      Json follows,
      List<String> problems,
      Signed signed,
      Json etcd) {
    return Json.Obj.of(
        "verdict",
        new Json.Text(verdict),
        "digest",
        digest,
        "title",
        title,
        "follows",
        follows,
        "problems",
        Json.Array.ofTexts(problems),
        "signatures",
        signed.json(),
        "missingApprovals",
        Json.Array.ofTexts(signed.missing()),
        "etcd",
        etcd);
  }

  private static Json.Obj json(Standing found) {
    return Json.Obj.of(
        "applicable", Json.Bool.of(found.exit() == ExitCode.DONE),
        "notes", Json.Array.ofTexts(found.notes()),
        "reasons", Json.Array.ofTexts(found.reasons()),
        "same", Json.Bool.of(found.same()),
        "differences", Json.Array.ofTexts(found.differences()));
  }
}
