package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ipamrepair.json.Json;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.Planner;
import io.ipamrepair.plan.Repairs;
import io.ipamrepair.plan.Simulation;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.undo.Undo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans that somebody edited by hand, with a digest that fits: each is refused by name. */
class LyingPlansTest {
  private Path folder;
  private CommandRun.Place place;

  @BeforeEach
  void nobodyNamesAnEtcd(@TempDir Path temp) {
    folder = temp;
    place = new CommandRun.Place(temp);
  }

  private static Plan removal() throws Exception {
    return Repairs.plan(
        new Golden("v3.32.1", "broken-values").state(),
        "remove-pool",
        "codfw-pods",
        "--keep-blocks");
  }

  private static Plan reassignment() throws Exception {
    return Repairs.plan(
        new Golden("v3.32.1", "incident-wrong-deletion").state(),
        "reassign-affinity",
        "--block",
        "10.64.64.64/26",
        "--to",
        "kubernetes1003");
  }

  private EditedPlan edited(Plan plan) throws Exception {
    return EditedPlan.of(PlanFile.bytes(plan));
  }

  private static Json first(Json list) {
    return new Json.Array(((Json.Array) list).items().subList(0, 1));
  }

  private static UnaryOperator<Json> text(String text) {
    return old -> new Json.Text(text);
  }

  private static UnaryOperator<Json> saying(String old, String now) {
    return json -> {
      String text = ((Json.Text) json).value();
      assertThat(text).contains(old);
      return new Json.Text(text.replace(old, now));
    };
  }

  private CommandRun verify(EditedPlan plan) throws Exception {
    Files.write(folder.resolve("p.json"), plan.bytes());
    return place.run("verify p.json");
  }

  private void isRefused(EditedPlan plan, String problem) throws Exception {
    CommandRun verified = verify(plan);
    assertThat(verified.exit()).as(verified.said()).isEqualTo(ExitCode.PLAN_REFUSED.code());
    assertThat(verified.unbroken()).contains(problem);
    assertThat(verified.err()).doesNotContain("\tat ");
    // Before anything is read: nobody names an etcd, and none runs.
    CommandRun applied = place.run("apply p.json --yes --request-timeout 1s");
    assertThat(applied.exit()).as(applied.said()).isEqualTo(ExitCode.PLAN_REFUSED.code());
    assertThat(applied.unbroken()).contains("Plan refused, nothing written").contains(problem);
  }

  @Test
  void aPlanAsItWasMadeIsSoundWithoutAnEtcd() throws Exception {
    for (Plan plan : List.of(removal(), reassignment())) {
      CommandRun verified = verify(edited(plan));
      assertThat(verified.exit()).as(verified.said()).isZero();
      assertThat(verified.out())
          .contains("Follows   its command makes it again")
          .contains("etcd      not asked: none is named")
          .contains("Sound.");
    }
  }

  @Test
  void aBrokenRuleThatIsLeftOutIsNamed() throws Exception {
    assertThat(removal().findings().introduced()).hasSizeGreaterThan(1);
    isRefused(
        edited(removal()).with("findings.introduced", LyingPlansTest::first),
        "findings.introduced: leaves out: {\"rule\":");
  }

  @Test
  void aWorkloadWithoutAnotherEndpointThatIsLeftOutIsNamed() throws Exception {
    String single = removal().impact().singleEndpoint().last();
    isRefused(
        edited(removal()).with("impact.singleEndpoint", LyingPlansTest::first),
        "impact.singleEndpoint: leaves out: \"" + single + "\"");
  }

  @Test
  void anotherOwnerWithEditsThatMatchIsNoPlanOfItsCommand() throws Exception {
    Plan plan = reassignment();
    int write = -1;
    List<Plan.PlannedWrite> writes = plan.steps().get(0).writes();
    for (int i = 0; i < writes.size(); i++) {
      boolean block = writes.get(i).key().display().contains("/assignment/");
      write = block ? i : write;
    }
    String at = "steps.0.writes." + write;
    isRefused(
        edited(plan)
            .with(at + ".edits.0.to", text("host:kubernetes1004"))
            .with(at + ".after", saying("host:kubernetes1003", "host:kubernetes1004")),
        "].edits[0].to: says \"host:kubernetes1004\", it follows \"host:kubernetes1003\"");
  }

  @Test
  void aShortenedListOfWhatIsLeftIsNamed() throws Exception {
    assertThat(removal().left()).hasSizeGreaterThan(1);
    isRefused(edited(removal()).with("left", LyingPlansTest::first), "left: leaves out: \"block ");
  }

  @Test
  void aConditionThatIsLeftOutIsNamed() throws Exception {
    isRefused(
        edited(reassignment()).with("steps.0.requires", LyingPlansTest::first),
        "steps[0].requires: leaves out: {");
  }

  @Test
  void anotherTitleIsNamed() throws Exception {
    isRefused(
        edited(reassignment()).with("title", text("Tidy up")),
        "title: says \"Tidy up\", it follows \"Reassign block 10.64.64.64/26 to kubernetes1003\"");
  }

  @Test
  void anotherCommandIsNamed() throws Exception {
    isRefused(
        edited(reassignment()).with("command", old -> Json.Array.ofTexts(List.of("scan"))),
        "command: expected a repair, or rollback: scan");
    isRefused(
        edited(reassignment()).with("command.1", text("--blocks")),
        "command: the plan's command is none of this release");
  }

  @Test
  void aKeyTooManyInWhatItCarriesIsNamed() throws Exception {
    isRefused(
        edited(reassignment())
            .with(
                "context.keys",
                keys ->
                    new Json.Array(
                        java.util.stream.Stream.concat(
                                ((Json.Array) keys).items().stream(),
                                java.util.stream.Stream.of(
                                    Json.Obj.of(
                                        "key", new Json.Text("/calico/zzz"),
                                        "value", new Json.Text("{}"))))
                            .toList())),
        "context.keys: says what does not follow: {\"key\":\"/calico/zzz\"");
  }

  @Test
  void aPlanThatCarriesNothingIsNotCalledSound() throws Exception {
    CommandRun verified = verify(edited(reassignment()).with("context", old -> Json.Null.NULL));
    assertThat(verified.exit()).as(verified.said()).isEqualTo(ExitCode.ETCD.code());
    assertThat(verified.out())
        .contains("it carries nothing that its findings and impact could follow from")
        .doesNotContain("Sound");
  }

  @Test
  void theImpactOfARollbackThatIsBelittledIsNamed() throws Exception {
    Plan done = reassignment();
    Plan rollback = rollback(done);
    assertThat(verify(edited(rollback)).exit()).isZero();
    assertThat(rollback.impact().workloads()).hasSizeGreaterThan(1);
    isRefused(
        edited(rollback).with("impact.workloads", LyingPlansTest::first),
        "impact.workloads: leaves out: ");
    isRefused(
        edited(rollback).with("findings.introduced", old -> new Json.Array(List.of())),
        "findings.introduced: leaves out: ");
    isRefused(
        edited(rollback).with("title", text("Tidy up")), "title: expected: Roll back run r-1: …");
  }

  private static Plan rollback(Plan done) throws Exception {
    io.ipamrepair.calico.IpamState after =
        Simulation.after(new Golden("v3.32.1", "incident-wrong-deletion").state(), done);
    return new Undo(Repairs.applied(done), after)
        .plan(new Planner(after, EtcdLimits.standard()), Repairs.circumstances("rollback", "r-1"));
  }

  @Test
  void theVerdictIsOneObjectForPrograms() throws Exception {
    Files.write(folder.resolve("good.json"), edited(reassignment()).bytes());
    JsonNode good = json(place.run("verify good.json -o json"));
    assertThat(good.get("verdict").asText()).isEqualTo("sound");
    assertThat(good.get("follows").booleanValue()).isTrue();
    assertThat(good.get("etcd").isNull()).isTrue();
    Files.write(
        folder.resolve("bad.json"), edited(reassignment()).with("title", text("Tidy up")).bytes());
    JsonNode bad = json(place.run("verify bad.json -o json"));
    assertThat(bad.get("verdict").asText()).isEqualTo("not sound");
    assertThat(bad.get("follows").booleanValue()).isFalse();
    assertThat(bad.get("problems").get(0).asText()).startsWith("title: says");
    Files.writeString(folder.resolve("none.json"), "{");
    JsonNode none = json(place.run("verify none.json -o json"));
    assertThat(none.get("verdict").asText()).isEqualTo("not sound");
    assertThat(none.get("digest").isNull()).isTrue();
    assertThat(none.get("problems").get(0).asText()).startsWith("not a plan file");
  }

  private static JsonNode json(CommandRun run) throws Exception {
    return new ObjectMapper().readTree(run.out());
  }

  @Test
  void whatIsNoPlanFileIsWrongUsageOrRefused() throws Exception {
    assertThat(place.run("verify absent.json").exit()).isEqualTo(ExitCode.USAGE.code());
    Files.createDirectory(folder.resolve("folder"));
    assertThat(place.run("verify folder").exit()).isEqualTo(ExitCode.USAGE.code());
    Files.writeString(folder.resolve("text.json"), "no JSON");
    assertThat(place.run("verify text.json").exit()).isEqualTo(ExitCode.PLAN_REFUSED.code());
    assertThat(place.run("verify").exit()).isEqualTo(ExitCode.USAGE.code());
  }
}
