package io.ipamrepair.approval;

import io.ipamrepair.approval.AllowedSigners.Signer;
import io.ipamrepair.plan.Plan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the signatures over a plan are worth under a policy.
 *
 * @param needed how many approvals the policy asks for
 * @param author the author, where they signed
 * @param approvers who approved, each person once
 * @param ignored signatures that count for nothing, with the reason
 * @param missing what is needed and not there; empty when the policy is met
 */
public record Assessment(
    int needed,
    Optional<Signatory> author,
    List<Signatory> approvers,
    List<String> ignored,
    List<String> missing) {
  public Assessment {
    approvers = List.copyOf(approvers);
    ignored = List.copyOf(ignored);
    missing = List.copyOf(missing);
  }

  /**
   * Somebody whose signature counts.
   *
   * @param name who it is, as the list of signers says
   * @param fingerprint of the key
   */
  public record Signatory(String name, String fingerprint) {}

  /** Whether nothing is missing. */
  public boolean isMet() {
    return missing.isEmpty();
  }

  /** Who signed, in words. */
  public String words() {
    List<String> words = new ArrayList<>();
    author.ifPresent(each -> words.add("signed by its author, " + each.name()));
    words.add(
        approvers.isEmpty()
            ? "approved by nobody"
            : "approved by " + String.join(", ", approvers.stream().map(Signatory::name).toList()));
    return String.join("; ", words);
  }

  /**
   * Judges signatures.
   *
   * @param planFile the exact bytes that they must be over
   * @param now when a signer must be allowed to sign: a signature does not say when it was made
   */
  public static Assessment of(
      Policy policy, Plan plan, byte[] planFile, List<SignatureFile> signatures, Instant now) {
    Map<String, Signatory> people = new LinkedHashMap<>();
    Optional<Signatory> author = Optional.empty();
    List<String> ignored = new ArrayList<>();
    for (SignatureFile file : signatures) {
      try {
        SshSignature signature = SshSignature.read(file.content());
        Signatory signatory = signatory(policy, signature, planFile, now);
        if (plan.authorKey().filter(signatory.fingerprint()::equals).isPresent()) {
          author = Optional.of(signatory);
        } else {
          people.putIfAbsent(signatory.name(), signatory);
        }
      } catch (ApprovalFormatException counts) {
        ignored.add(file.name() + ": " + counts.getMessage());
      }
    }
    // Also by another key of theirs, the author is one person.
    author.map(Signatory::name).ifPresent(people::remove);
    int needed = policy.needed(plan);
    return new Assessment(
        needed,
        author,
        List.copyOf(people.values()),
        ignored,
        missing(policy, plan, author, people, now));
  }

  private static Signatory signatory(
      Policy policy, SshSignature signature, byte[] planFile, Instant now)
      throws ApprovalFormatException {
    String fingerprint = signature.key().fingerprint();
    if (!signature.covers(planFile)) {
      throw new ApprovalFormatException("does not go with this file; it was made over other bytes");
    }
    Signer signer =
        policy
            .signers()
            .of(signature.key())
            .orElseThrow(
                () ->
                    new ApprovalFormatException(
                        "made by " + fingerprint + ", which is no key of an allowed signer"));
    Optional<String> refused = signer.refuses(now);
    if (refused.isPresent()) {
      throw new ApprovalFormatException(signer.name() + " " + refused.get());
    }
    return new Signatory(signer.name(), fingerprint);
  }

  private static List<String> missing(
      Policy policy,
      Plan plan,
      Optional<Signatory> author,
      Map<String, Signatory> people,
      Instant now) {
    int needed = policy.needed(plan);
    if (needed == 0) {
      return List.of();
    }
    List<String> missing = new ArrayList<>();
    if (!policy.authorMayApprove() && plan.authorKey().isEmpty()) {
      missing.add(
          "the author's key is not named in the plan, so nobody can tell who else signed:"
              + " make it again with --ssh-key");
    } else if (!policy.authorMayApprove() && author.isEmpty()) {
      missing.add(
          "the author has not signed: " + plan.author() + ", key " + plan.authorKey().orElse(""));
    }
    int found = people.size() + (policy.authorMayApprove() && author.isPresent() ? 1 : 0);
    if (found < needed) {
      List<String> others =
          policy.signers().signers().stream()
              .filter(signer -> signer.refuses(now).isEmpty())
              .filter(signer -> !isAuthors(signer, policy, plan, author))
              .map(Signer::name)
              .distinct()
              .filter(name -> !people.containsKey(name))
              .toList();
      missing.add(
          found
              + " of "
              + needed
              + (needed == 1 ? " approval" : " approvals")
              + (people.isEmpty() ? "" : " (" + String.join(", ", people.keySet()) + ")")
              + "; who may: "
              + (others.isEmpty() ? "nobody else" : String.join(", ", others)));
    }
    return missing;
  }

  private static boolean isAuthors(
      Signer signer, Policy policy, Plan plan, Optional<Signatory> author) {
    boolean signed = author.map(Signatory::name).filter(signer.name()::equals).isPresent();
    boolean named = plan.authorKey().filter(signer.key().fingerprint()::equals).isPresent();
    return signed || named && !policy.authorMayApprove();
  }
}
