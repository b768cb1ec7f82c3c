package io.ipamrepair.run;

import io.ipamrepair.approval.SignatureFile;
import io.ipamrepair.journal.Entry;
import io.ipamrepair.journal.EntryKind;
import io.ipamrepair.journal.RunHistory;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.Plan;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run's journal keeps of its approvals.
 *
 * @param planFile the exact bytes of its plan
 * @param signatures over them
 * @param words what it was applied on, for a person
 */
public record RunApprovals(byte[] planFile, List<SignatureFile> signatures, List<String> words) {
  public RunApprovals {
    signatures = List.copyOf(signatures);
    words = List.copyOf(words);
  }

  /**
   * Reads them; where a run was resumed, those that it was resumed with.
   *
   * @throws RunFormatException when the journal holds no plan, or its approvals cannot be read
   */
  public static RunApprovals of(RunHistory history) throws RunFormatException {
    byte[] planFile = {};
    List<SignatureFile> signatures = new ArrayList<>();
    List<String> words = new ArrayList<>();
    for (Entry entry : history.entries()) {
      if (entry.kind() == EntryKind.PLAN) {
        planFile = entry.body();
      } else if (entry.kind() == EntryKind.APPROVALS) {
        signatures.clear();
        words.clear();
        read(history, entry, signatures, words);
      }
    }
    return new RunApprovals(planFile, signatures, words);
  }

  private static void read(
      RunHistory history, Entry entry, List<SignatureFile> signatures, List<String> words)
      throws RunFormatException {
    try {
      Json.Obj ruling = new JsonReader().readObject(Bytes.of(entry.body()));
      for (Json item : ruling.items("signatures")) {
        if (item instanceof Json.Obj file) {
          signatures.add(
              new SignatureFile(file.needText("file"), Bytes.utf8(file.needText("content"))));
        }
      }
      for (Json item : ruling.items("words")) {
        words.add(((Json.Text) item).value());
      }
    } catch (JsonFormatException | ClassCastException damaged) {
      throw new RunFormatException(
          "the approvals of run "
              + history.runId()
              + " cannot be read from its journal: "
              + damaged.getMessage());
    }
  }

  /** What shows that the run may go on: its own signatures, and what the operator brings. */
  Backing backing(Backing given) {
    return given.signatures().isEmpty() ? given.signedBy(signatures) : given;
  }

  /** What shows that the run may be taken back. */
  public Backing.Covering covering(String run, Plan plan) {
    return new Backing.Covering(run, plan, planFile, signatures);
  }
}
