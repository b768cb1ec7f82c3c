package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.PlanFormatException;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Planner.Circumstances;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.plan.Replay;
import io.ipamrepair.testing.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Real plans with one byte flipped, at every place: as an accident, and as somebody does it who
 * makes the digest fit.
 */
class FlippedPlansTest {
  /** What refuses a file, or nothing. What else vouches for a plan is asked here too. */
  private interface Check {
    Optional<String> refuses(byte[] file);
  }

  /** In this order: a later one is asked about a file that could be read. */
  private static final List<Check> CHECKS =
      List.of(FlippedPlansTest::byReading, FlippedPlansTest::byWhatFollows);

  /** What a plan says of which nothing in it is proof (docs/plan-file.md). */
  private static final Set<String> AUTHORS_WORD =
      Set.of(
          "author",
          "created",
          "expires",
          "reason",
          "cluster.etcdClusterId",
          "cluster.revision",
          "cluster.keys",
          "cluster.leftElsewhere",
          "limits.operations",
          "limits.bytes",
          "context.keys[].key",
          "context.keys[].value",
          "steps[].writes[].before",
          "steps[].writes[].createRevision");

  /** A small plan. */
  private static final Sample SMALL =
      new Sample(
          new Golden("v3.32.1", "crash-S2"),
          "reassign-affinity --block 10.192.68.0/26 --to kubernetes2004");

  /** Those of every command. */
  private static final List<Sample> LARGER =
      List.of(
          new Sample(
              new Golden("v3.32.1", "crash-S6-taken-over"),
              "reassign-affinity --block 10.192.68.0/26 --to kubernetes2005"),
          new Sample(new Golden("v3.32.1", "incident-typo"), "remove-pool eqiad-pods-second"),
          new Sample(
              new Golden("v3.32.1", "incident-wrong-deletion"),
              "reassign-affinity --block 10.64.64.64/26 --to kubernetes1003"),
          new Sample(
              new Golden("v3.32.1", "incident"),
              "release-orphan-blocks --all --free-leaked --older-than 900s"));

  /** A plan that a command makes of a state. */
  private record Sample(Golden golden, String command) {
    Plan plan() {
      List<String> words = List.of(command.split(" "));
      IpamState state = golden.state();
      Circumstances given = Repairs.circumstances(words.toArray(String[]::new));
      Plan bare = plan(state, given);
      assertThat(PlanProof.of(bare)).as(command).isEqualTo(new Replay.Verdict.Follows());
      return bare;
    }

    private static Plan plan(IpamState state, Circumstances given) {
      try {
        return new Planner(state, EtcdLimits.standard())
            .plan(
                CommandOfPlan.repair(given.command()).orElseThrow().repair(given.created()), given);
      } catch (Exception refused) {
        throw new AssertionError(given.command() + " is refused", refused);
      }
    }
  }

  private static Optional<String> byReading(byte[] file) {
    try {
      PlanFile.read(file, EtcdLimits.standard());
      return Optional.empty();
    } catch (PlanFormatException refused) {
      return Optional.of(refused.problems().get(0));
    }
  }

  private static Optional<String> byWhatFollows(byte[] file) {
    Replay.Verdict verdict = PlanProof.of(read(file));
    return verdict instanceof Replay.Verdict.DoesNotFollow lies
        ? Optional.of(lies.problems().get(0))
        : Optional.empty();
  }

  private static Plan read(byte[] file) {
    try {
      return PlanFile.read(file, EtcdLimits.standard()).plan();
    } catch (PlanFormatException refused) {
      throw new AssertionError(refused);
    }
  }

  /** An accident: each flip and each truncation. */
  private static void accidents(Sample sample, int[] masks) {
    byte[] file = PlanFile.bytes(sample.plan());
    Plan plan = read(file);
    int refused = 0;
    int harmless = 0;
    for (int at = 0; at < file.length; at++) {
      for (int mask : masks) {
        byte[] flipped = file.clone();
        flipped[at] ^= (byte) mask;
        if (byReading(flipped).isPresent()) {
          refused++;
        } else {
          // White space between the values is no part of the content.
          assertThat(read(flipped)).as("flip %#x at %d", mask, at).isEqualTo(plan);
          harmless++;
        }
      }
    }
    int cut = 0;
    for (int length = 0; length < file.length - 1; length++) {
      assertThat(byReading(Arrays.copyOf(file, length))).as("cut at %d", length).isPresent();
      cut++;
    }
    System.out.printf(
        "%s: %d bytes; %d flips refused, %d of white space change nothing; %d truncations refused%n",
        sample.command(), file.length, refused, harmless, cut);
  }

  /** A lie: each flip that leaves JSON, with the digest that fits. */
  private static void lies(Sample sample, int[] masks, int everyInContext) throws Exception {
    byte[] file = PlanFile.bytes(sample.plan());
    Plan plan = read(file);
    EditedPlan original = EditedPlan.of(file);
    int context =
        new String(file, java.nio.charset.StandardCharsets.ISO_8859_1)
            .lastIndexOf("\n  \"context\"");
    int tried = 0;
    int noJson = 0;
    Map<String, Integer> refused = new TreeMap<>();
    Map<String, Integer> accepted = new TreeMap<>();
    List<String> lies = new ArrayList<>();
    for (int at = 0; at < file.length; at += at < context ? 1 : everyInContext) {
      for (int mask : masks(file[at], masks)) {
        byte[] flipped = file.clone();
        flipped[at] ^= (byte) mask;
        EditedPlan edited;
        try {
          edited = EditedPlan.of(flipped);
        } catch (JsonFormatException noPlan) {
          noJson++;
          continue;
        }
        String hit = place("", original.content(), edited.content());
        if (hit.isEmpty()) {
          // White space, or the old digest.
          continue;
        }
        tried++;
        byte[] sealed = edited.bytes();
        if (CHECKS.stream().anyMatch(check -> check.refuses(sealed).isPresent())) {
          refused.merge(hit, 1, Integer::sum);
          continue;
        }
        accepted.merge(hit, 1, Integer::sum);
        boolean word = AUTHORS_WORD.contains(hit) || isAnotherAge(read(sealed), plan);
        if (!word || !applied(read(sealed)).equals(applied(plan))) {
          lies.add("at " + at + " ^ " + mask + ": " + hit);
        }
      }
    }
    System.out.printf(
        "%s: %d flips with a digest that fits (%d more leave no JSON); refused: %d; accepted: %s%n",
        sample.command(),
        tried,
        noJson,
        refused.values().stream().mapToInt(each -> each).sum(),
        accepted);
    assertThat(lies).as("flips that pass, of what must follow").isEmpty();
    assertThat(refused.keySet())
        .as("what was refused")
        .contains("title", "impact.effects[]", "steps[].titles[]", "steps[].writes[].edits[].edit");
  }

  /**
   * One that makes a letter or digit of a letter or digit, which leaves JSON, and those that were
   * given; of other bytes the lowest bit at least.
   */
  private static int[] masks(byte original, int[] given) {
    int next =
        original
            ^ (original == 'z' || original == 'Z' || original == '9' ? original - 1 : original + 1);
    boolean word = Character.isLetterOrDigit(original);
    return IntStream.concat(IntStream.of(given), IntStream.of(word ? next : 0x01))
        .distinct()
        .toArray();
  }

  /** An age between those of the same addresses: that command makes this plan too. */
  private static boolean isAnotherAge(Plan flipped, Plan plan) {
    int age = plan.command().indexOf("--older-than") + 1;
    return age > 0
        && flipped.command().subList(0, age).equals(plan.command().subList(0, age))
        && flipped
            .command()
            .subList(age + 1, flipped.command().size())
            .equals(plan.command().subList(age + 1, plan.command().size()))
        && !flipped.command().get(age).equals(plan.command().get(age));
  }

  /** What reaches etcd, and on which conditions, whatever it was made of. */
  private static List<Object> applied(Plan plan) {
    List<Object> applied = new ArrayList<>();
    plan.steps()
        .forEach(
            step -> {
              applied.add(step.requires());
              applied.add(step.quietFirst());
              step.writes()
                  .forEach(
                      write ->
                          applied.add(
                              List.of(
                                  write.key(),
                                  write.after(),
                                  write.edits(),
                                  write.boundAtCommit())));
            });
    return applied;
  }

  /** The first member in which two differ, without places in lists; empty when they do not. */
  private static String place(String at, Json one, Json other) {
    if (one.encode().equals(other.encode())) {
      return "";
    }
    if (one instanceof Json.Obj here
        && other instanceof Json.Obj there
        && List.copyOf(here.members().keySet()).equals(List.copyOf(there.members().keySet()))) {
      return here.members().keySet().stream()
          .map(
              name ->
                  place(
                      at.isEmpty() ? name : at + "." + name,
                      here.get(name).orElseThrow(),
                      there.get(name).orElseThrow()))
          .filter(place -> !place.isEmpty())
          .findFirst()
          .orElseThrow();
    }
    if (one instanceof Json.Array here
        && other instanceof Json.Array there
        && here.items().size() == there.items().size()) {
      return IntStream.range(0, here.items().size())
          .mapToObj(i -> place(at + "[]", here.items().get(i), there.items().get(i)))
          .filter(place -> !place.isEmpty())
          .findFirst()
          .orElseThrow();
    }
    return at;
  }

  @Test
  void anAccidentIsRefusedWhereverItHits() {
    accidents(SMALL, new int[] {0x01, 0x20});
  }

  @Test
  void aLieIsRefusedByWhatFollowsThoughItsDigestFits() throws Exception {
    lies(SMALL, new int[] {}, 5);
  }

  @Test
  @Tag("long")
  void everyBitOfEveryKindOfPlanIsGuarded() throws Exception {
    int[] bits = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80};
    accidents(SMALL, bits);
    lies(SMALL, bits, 1);
    for (Sample sample : LARGER) {
      accidents(sample, new int[] {0x01});
      lies(sample, new int[] {}, 11);
    }
  }
}
