package io.ipamrepair.approval;

import io.ipamrepair.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What lies beside a plan as signatures, whoever may sign where it is applied: that says a policy.
 */
public final class SignatureReport {
  private SignatureReport() {}

  /**
   * A file beside a plan.
   *
   * @param file its name
   * @param fingerprint of the key that signed; nothing when it counts for nothing
   * @param words what it is, for a person
   */
  public record Line(String file, Optional<String> fingerprint, String words) {}

  /** A line for each file. */
  public static List<Line> of(Plan plan, byte[] planFile, List<SignatureFile> signatures) {
    List<Line> lines = new ArrayList<>();
    for (SignatureFile file : signatures) {
      lines.add(line(plan, planFile, file));
    }
    return lines;
  }

  private static Line line(Plan plan, byte[] planFile, SignatureFile file) {
    try {
      SshSignature signature = SshSignature.read(file.content());
      if (!signature.covers(planFile)) {
        return new Line(
            file.name(), Optional.empty(), "counts for nothing: it was made over other bytes");
      }
      String fingerprint = signature.key().fingerprint();
      boolean author = plan.authorKey().filter(fingerprint::equals).isPresent();
      return new Line(
          file.name(),
          Optional.of(fingerprint),
          (author ? "signed by its author, " : "signed by ") + fingerprint);
    } catch (ApprovalFormatException counts) {
      return new Line(file.name(), Optional.empty(), "counts for nothing: " + counts.getMessage());
    }
  }
}
