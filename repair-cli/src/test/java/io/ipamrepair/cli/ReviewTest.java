package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.calico.AffinityId;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.calico.ObjectName;
import io.ipamrepair.calico.Owner;
import io.ipamrepair.change.Edit;
import io.ipamrepair.change.Requirement;
import io.ipamrepair.check.Severity;
import io.ipamrepair.cidr.Cidr;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.plan.GoldenPlans;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.Plan.FindingRef;
import io.ipamrepair.plan.Plan.PlannedWrite;
import io.ipamrepair.plan.Plan.Step;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.testing.Golden;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reviewer reads of a plan, in a terminal and in a comment on a pull request. */
class ReviewTest {
  private static final Instant LATER = Repairs.NOW.plusSeconds(60);
  private static final String HOSTILE =
      "`a` | <script>alert(1)</script> @everyone [x](https://evil.example) #1 ![y](z)\n\n````\n# z";

  private static Plan reassign() throws Exception {
    return Repairs.plan(
        new Golden("v3.32.1", "incident-wrong-deletion").state(),
        "reassign-affinity",
        "--block",
        "10.64.64.64/26",
        "--to",
        "kubernetes1003");
  }

  private static Plan typo() throws Exception {
    return Repairs.plan(
        new Golden("v3.32.1", "incident-typo").state(), "remove-pool", "eqiad-pods-second");
  }

  private static PlanFile.Sealed sealed(Plan plan) {
    return new PlanFile.Sealed(plan, PlanFile.digest(plan));
  }

  private static String text(Plan plan, Instant now, boolean all) {
    List<String> lines = new ArrayList<>();
    new ReviewText(lines::add, all).print(Review.of(sealed(plan), List.of(), now));
    Review.next(plan, "p.json", now).forEach(next -> lines.add(next.line()));
    return String.join("\n", lines);
  }

  private static String markdown(Plan plan) {
    return ReviewMarkdown.of(
        Review.of(sealed(plan), List.of(), LATER), "p.json", Review.next(plan, "p.json", LATER));
  }

  /** A plan of many writes, each of its own affinity. */
  private static Plan many(int steps, int writes, String reason) throws Exception {
    KeyLayout layout = new KeyLayout();
    List<Step> all = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      int step = i;
      List<PlannedWrite> planned =
          IntStream.range(0, writes)
              .mapToObj(
                  each ->
                      new PlannedWrite(
                          layout.key(
                              new AffinityId(
                                  Owner.node("node" + step), Cidr.of("10." + each + ".0.0/26"))),
                          reason,
                          List.of(new Edit.DeleteKey()),
                          Optional.of(Bytes.utf8("{\"state\":\"confirmed\",\"deleted\":false}")),
                          Optional.empty(),
                          List.of(),
                          7))
              .toList();
      List<Requirement> requires =
          planned.stream()
              .<Requirement>map(write -> new Requirement.KeyAbsent(write.key()))
              .toList();
      all.add(new Step(List.of(), false, requires, planned));
    }
    return typo().withSteps(all);
  }

  private static Plan with(Plan plan, String said, int lists) {
    List<String> texts = IntStream.range(0, lists).mapToObj(i -> said + i).toList();
    List<FindingRef> findings =
        texts.stream()
            .map(each -> new FindingRef(each, Severity.ERROR, List.of(new ObjectName(each))))
            .toList();
    return new Plan(
        said,
        List.of("remove-pool", said),
        said,
        plan.authorKey(),
        plan.created(),
        plan.expires(),
        said,
        new Plan.Cluster(Optional.of(said), Optional.of(said), 1, 1, 1),
        new Plan.Findings(findings, findings, findings),
        new Plan.Impact(1, new TreeSet<>(texts), new TreeSet<>(texts), new TreeSet<>(texts), texts),
        texts,
        said,
        plan.limits(),
        plan.steps(),
        plan.context());
  }

  @Test
  void theAnswerComesFirst() throws Exception {
    assertThat(text(reassign(), LATER, false).replaceAll("\\s+", " "))
        .startsWith(
            "Reassign block 10.64.64.64/26 to kubernetes1003"
                + " Changes 1 block and 1 affinity, in 1 transaction."
                + " Resolves 1 error and 1 info, adds no finding, leaves no finding on what it writes."
                + " Affects 14 addresses of 14 workloads, on 2 nodes;"
                + " 14 of the workloads have a single endpoint."
                + " Reason T1 Author tester@host, 2026-11-24T03:00:00Z Expires 2026-11-24T04:00:00Z");
  }

  @Test
  void bothFormsSayTheSame() throws Exception {
    for (Plan plan : List.of(reassign(), typo())) {
      Review review = Review.of(sealed(plan), List.of(), LATER);
      String text = text(plan, LATER, true).replaceAll("\\s+", " ");
      String shown = new RenderedMarkdown(markdown(plan)).shown();
      List<String> sentences = new ArrayList<>(review.summary());
      sentences.add(review.title());
      sentences.add(review.judged());
      sentences.add(review.rollback());
      sentences.addAll(review.effects());
      sentences.addAll(review.singleEndpoint());
      review.facts().forEach(fact -> sentences.add(fact.text()));
      review.steps().forEach(step -> sentences.add(step.heading()));
      review.steps().forEach(step -> sentences.addAll(step.requires()));
      assertThat(text).contains(sentences);
      assertThat(shown).contains(sentences);
    }
  }

  @Test
  void longListsAreCutUnlessAllIsAskedFor() throws Exception {
    assertThat(text(reassign(), LATER, false)).contains("and 2 more");
    assertThat(text(reassign(), LATER, true)).doesNotContain(" more");
  }

  @Test
  void whatGoesIsShownBeforeItGoes() throws Exception {
    assertThat(text(typo(), LATER, false))
        .contains("was: kind IPPool;", "spec.cidr 10.64.64.1/24;");
    assertThat(markdown(typo())).contains("\n- spec.cidr 10.64.64.1/24\n");
  }

  @Test
  void whatIsSetAtTheCommitIsNotShownAsItWasPlanned() throws Exception {
    assertThat(text(reassign(), LATER, false))
        .contains("affinity_claim_time (time of the commit) added")
        .doesNotContain("affinity_claim_time 2026");
    assertThat(markdown(reassign())).contains("\n+ affinity_claim_time (time of the commit)\n");
  }

  @Test
  void aPlanThatCannotBeAppliedSaysSoAndNamesTheCommandThatMakesAnother() throws Exception {
    Plan plan = reassign();
    assertThat(text(plan, LATER, false))
        .contains("Next: ipam-repair apply p.json")
        .contains("ipam-repair apply p.json --dry-run")
        .contains("ipam-repair rollback RUN")
        .doesNotContain("expired");
    assertThat(text(plan, plan.expires(), false))
        .contains("\nThis plan has expired and cannot be applied any more.\n")
        .contains("ipam-repair replan p.json")
        .doesNotContain("ipam-repair apply");
    Plan fromFile =
        new Plan(
            plan.title(),
            List.of("remove-pool", "x", "--snapshot=etcd.db"),
            plan.author(),
            plan.authorKey(),
            plan.created(),
            plan.expires(),
            plan.reason(),
            new Plan.Cluster(Optional.empty(), Optional.empty(), 1, 1, 0),
            plan.findings(),
            plan.impact(),
            plan.left(),
            plan.acceptedRisk(),
            plan.limits(),
            plan.steps(),
            plan.context());
    assertThat(text(fromFile, LATER, false))
        .contains(
            "\nThis plan was made from a file that does not name its etcd, and cannot be applied.\n")
        .contains("To plan it from the live etcd: ipam-repair remove-pool x")
        .doesNotContain("ipam-repair apply");
  }

  @Test
  void aRollbackIsReviewedLikeAnyPlan() throws Exception {
    Plan rollback =
        GoldenPlans.of(new Golden("v3.32.1", "incident-typo")).stream()
            .filter(plan -> plan.title().contains("r-1: Remove pool eqiad-pods-second"))
            .findFirst()
            .orElseThrow();
    assertThat(text(rollback, LATER, false))
        .startsWith("Roll back run r-1: Remove pool eqiad-pods-second")
        .contains("Creates 1 pool, in 1 transaction.\nResolves no finding, adds 7 errors")
        .contains("P2   error    0 → 2  No two pools overlap: pool eqiad-pods")
        .contains("is: kind IPPool;")
        .contains("Deletes 1 pool again")
        .contains("7 errors should go again");
    assertThat(text(rollback, rollback.expires(), false))
        .contains("To plan it again: ipam-repair rollback r-1 --without-conflicts --out NEW");
  }

  /** As a hand may write it: the format allows it. */
  @Test
  void aPlanWithoutACommandIsReviewedToo() throws Exception {
    Plan plan = with(typo(), "x", 1);
    Plan bare =
        new Plan(
            plan.title(),
            List.of(),
            "",
            plan.authorKey(),
            plan.created(),
            plan.expires(),
            "",
            plan.cluster(),
            plan.findings(),
            plan.impact(),
            plan.left(),
            "",
            plan.limits(),
            plan.steps(),
            plan.context());
    assertThat(text(bare, bare.expires(), false)).contains("To plan it again: ipam-repair replan");
    assertThat(markdown(bare)).contains("- **Reason:** none given");
  }

  @Test
  void linesFitATerminalButForCommandsAndNames() throws Exception {
    for (Plan plan : List.of(reassign(), typo(), many(2, 3, "because"))) {
      assertThat(text(plan, LATER, false).lines())
          .allMatch(line -> line.length() <= Phrases.WIDTH || line.contains("ipam-repair "));
    }
  }

  /** Whatever the data hold: it is text or code, and every part of the page is still there. */
  @ParameterizedTest
  @ValueSource(strings = {HOSTILE, "`", "||||", "</details>", "1. x", "@a"})
  void noTextOfAPlanIsMoreThanTextInAComment(String said) throws Exception {
    String page = markdown(with(many(1, 2, said), said, 2));
    RenderedMarkdown rendered = new RenderedMarkdown(page);
    assertThat(rendered.dangers()).as(page).isEmpty();
    assertThat(rendered.cells()).as("a head and three fates of two rules").isEqualTo(7 * 6);
    assertThat(rendered.blocks()).as(page).hasSize(1);
    assertThat(rendered.blocks().get(0)).contains("# " + Terminal.escape(said) + "\n");
    assertThat(rendered.shown()).contains(Terminal.escape(said).replaceAll(" +", " ").strip());
  }

  @Test
  void everyPlanOfTheGoldenCasesFitsAComment() {
    int longest = 0;
    int plans = 0;
    for (Golden golden : Golden.all()) {
      if (golden.release().equals("v3.32.1")) {
        for (Plan plan : GoldenPlans.of(golden)) {
          String page = markdown(plan);
          RenderedMarkdown rendered = new RenderedMarkdown(page);
          assertThat(rendered.dangers()).as(page).isEmpty();
          assertThat(rendered.blocks()).as(page).hasSize(plan.steps().size());
          longest = Math.max(longest, page.length());
          plans++;
        }
      }
    }
    System.out.println(plans + " comments, the longest of " + longest + " characters");
    assertThat(longest).isLessThanOrEqualTo(ReviewMarkdown.LONGEST);
  }

  @Test
  void hundredsOfWritesFitACommentWhichSaysWhatItLeavesOut() throws Exception {
    Plan plan = many(6, 120, "its node does not exist, and the block is not its own");
    String page = markdown(plan);
    assertThat(page.length()).isBetween(20_000, ReviewMarkdown.LONGEST);
    assertThat(page)
        .contains("Deletes 720 affinities, in 6 transactions.")
        .contains("<details><summary>The diff of ")
        .contains("This review is shortened. All of it: `ipam-repair review p.json --all`");
    long shown = page.lines().filter(line -> line.startsWith("@@ ")).count();
    assertThat(page)
        .containsPattern("And [0-9]+ writes more\\.|with [0-9]+ writes (is|are) left out");
    assertThat(shown).isBetween(100L, 720L);
    assertThat(new RenderedMarkdown(page).dangers()).isEmpty();
  }

  @Test
  void noPlanIsTooLongForAComment() throws Exception {
    for (String said : List.of(HOSTILE.repeat(500), "x".repeat(100_000), "\u202e`".repeat(9_000))) {
      String page = markdown(with(many(40, 30, said), said, 60));
      assertThat(page.length()).isLessThanOrEqualTo(ReviewMarkdown.LONGEST);
      assertThat(page).contains("the command is too long to be shown here");
      assertThat(new RenderedMarkdown(page).dangers()).isEmpty();
    }
  }

  @Test
  void aShortCommentLeavesNothingOut() throws Exception {
    assertThat(markdown(reassign()))
        .doesNotContain("shortened", " more", "…")
        .contains("zotero/zotero-84fb959655");
  }
}
