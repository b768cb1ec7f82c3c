package io.ipamrepair.approval;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.json.PrettyJson;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.StrictObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A policy as JSON (docs/approvals.md): a local file, or the value of the key in etcd. */
public final class PolicyFile {
  /** The version of the format that this release reads, and the only one. */
  public static final int FORMAT = 1;

  private static final String SIGNERS = "allowedSigners";
  private static final String SIGNERS_FILE = "allowedSignersFile";

  private static final int MOST_APPROVALS = 100;

  private final Json.Obj content;

  private PolicyFile(Json.Obj content) {
    this.content = content;
  }

  /**
   * Reads JSON, whatever is in it.
   *
   * @throws ApprovalFormatException when it is none
   */
  public static PolicyFile parse(Bytes file) throws ApprovalFormatException {
    try {
      return new PolicyFile(new JsonReader().readObject(file));
    } catch (JsonFormatException damaged) {
      throw new ApprovalFormatException("not a policy: " + damaged.getMessage());
    }
  }

  /** The name of the file with the signers, where it names one. */
  public Optional<String> signersFile() {
    return content.text(SIGNERS_FILE);
  }

  /** The same policy with its signers in it, instead of the name of a file. */
  public PolicyFile withSigners(List<String> lines) {
    return new PolicyFile(content.without(SIGNERS_FILE).with(SIGNERS, Json.Array.ofTexts(lines)));
  }

  /** What it means as the text of a file. */
  public String text() {
    return PrettyJson.of(content);
  }

  /**
   * What it means.
   *
   * @throws ApprovalFormatException with every problem
   */
  public Policy read() throws ApprovalFormatException {
    List<String> problems = new ArrayList<>();
    StrictObject file = new StrictObject(content, "", problems);
    if (file.number("format") != FORMAT) {
      problems.add("format: this release reads version " + FORMAT);
    }
    int approvals = approvals(file, problems);
    boolean authorMayApprove = file.bool("authorMayApprove");
    boolean exactOnly = file.bool("exactOnly");
    boolean overrideAllowed = file.bool("overrideAllowed");
    List<Policy.Demand> demands = file.objects("more", object -> demand(object, problems));
    List<String> lines = file.texts(SIGNERS);
    file.rejectUnknown();
    AllowedSigners signers = new AllowedSigners(List.of());
    try {
      signers = AllowedSigners.read(lines);
    } catch (ApprovalFormatException unreadable) {
      problems.addAll(unreadable.problems());
    }
    if (!problems.isEmpty()) {
      throw new ApprovalFormatException(problems);
    }
    return new Policy(approvals, authorMayApprove, exactOnly, overrideAllowed, demands, signers);
  }

  private static int approvals(StrictObject object, List<String> problems) {
    long approvals = object.number("approvals");
    if (approvals > MOST_APPROVALS) {
      problems.add("approvals: expected at most " + MOST_APPROVALS);
    }
    return (int) Math.min(approvals, MOST_APPROVALS);
  }

  private static Policy.Demand demand(StrictObject object, List<String> problems) {
    String when = object.text("when");
    Optional<Policy.Measure> measure =
        Stream.of(Policy.Measure.values()).filter(each -> each.text().equals(when)).findFirst();
    if (measure.isPresent()) {
      return new Policy.Demand.Impact(
          measure.get(), object.number("atLeast"), approvals(object, problems));
    }
    if (!when.equals("command")) {
      problems.add(
          "more: when: expected command, addresses, nodes, workloads or singleEndpoint, found "
              + when);
    }
    return new Policy.Demand.Command(object.text("is"), approvals(object, problems));
  }
}
