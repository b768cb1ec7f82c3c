package io.ipamrepair.run;

import io.ipamrepair.approval.Policy;
import io.ipamrepair.approval.SignatureFile;
import io.ipamrepair.plan.Plan;
import java.util.List;
import java.util.Optional;

/**
 * What an operator brings along with a plan, to show that it may be applied.
 *
 * @param signatures over the plan's file
 * @param policy a policy of the operator's own, besides the cluster's
 * @param unreviewed the reason for which the plan is to be applied although approvals are missing;
 *     nothing when it is not
 * @param covering for a rollback: the plan of the run that it undoes, whose approvals cover it
 */
public record Backing(
    List<SignatureFile> signatures,
    Optional<Policy> policy,
    Optional<String> unreviewed,
    Optional<Covering> covering) {
  public Backing {
    signatures = List.copyOf(signatures);
  }

  /** Nothing, which is enough where there is no policy. */
  public static Backing none() {
    return new Backing(List.of(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The same with signatures over the plan's file. */
  public Backing signedBy(List<SignatureFile> others) {
    return new Backing(others, policy, unreviewed, covering);
  }

  /** The same for what undoes a run. */
  public Backing covering(Covering run) {
    return new Backing(signatures, policy, unreviewed, Optional.of(run));
  }

  /**
   * A run that was applied with approvals: they are good for taking it back as well, until its plan
   * expires. A bad repair can be undone by one person.
   *
   * @param run its ID
   * @param plan its plan
   * @param planFile the exact bytes of its plan
   * @param signatures over them
   */
  public record Covering(String run, Plan plan, byte[] planFile, List<SignatureFile> signatures) {
    public Covering {
      signatures = List.copyOf(signatures);
    }
  }
}
