package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.change.AfterImage;
import io.ipamrepair.change.Edit;
import io.ipamrepair.plan.EtcdLimits;
import io.ipamrepair.plan.GoldenPlans;
import io.ipamrepair.plan.Plan;
import io.ipamrepair.plan.PlanFile;
import io.ipamrepair.plan.PlanFormatException;
import io.ipamrepair.testing.Golden;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The schema of the plan file says what the tool writes and what it reads, and nothing else. */
class PlanSchemaTest {
  private static final Pattern RIGHT_DIGEST =
      Pattern.compile("digest: the file says (\\S+), its content has (sha256:[0-9a-f]{64}):.*");

  /** Members that may hold any JSON: it is Calico's. */
  private static final Set<String> FREE = Set.of("attribute", "number", "disabled");

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final PublishedSchema schema = PublishedSchema.ofPlan();

  @Test
  void theSchemaIsOneOfItsDraft() {
    assertThat(schema.brokenBySchema()).isEmpty();
  }

  /** Damaged is each kind of place once, in the first plan that has an edit or requirement. */
  @Test
  void everyPlanKeepsItAndWhatIsDamagedIsRefusedByTheSchemaAndByTheTool() throws Exception {
    Set<String> kinds = new TreeSet<>();
    Set<String> damaged = new TreeSet<>();
    List<String> taken = new ArrayList<>();
    int plans = 0;
    int rollbacks = 0;
    Iterator<Plan> all =
        Stream.concat(
                Stream.of(aHandleComesBack()),
                Golden.all().stream().flatMap(golden -> GoldenPlans.of(golden).stream()))
            .iterator();
    while (all.hasNext()) {
      Plan plan = all.next();
      String file = PlanFile.write(plan);
      assertThat(schema.broken(file)).as(file).isEmpty();
      plans++;
      rollbacks += plan.command().get(0).equals("rollback") ? 1 : 0;
      JsonNode json = MAPPER.readTree(file);
      if (kinds.addAll(kinds(json))) {
        damage(
            json,
            "",
            what -> {
              if (damaged.add(what)) {
                taken.addAll(takers(what, json.toString()));
              }
            });
      }
    }
    System.out.println(
        plans
            + " plans keep the schema, "
            + rollbacks
            + " of them rollbacks; "
            + damaged.size()
            + " damaged ones break it");
    assertThat(taken).isEmpty();
    Set<String> missing = kindsOfSchema();
    missing.removeAll(kinds);
    assertThat(missing).as("edits and requirements that no plan has").isEmpty();
  }

  /** Who takes a damaged file: nobody must. */
  private List<String> takers(String what, String file) {
    List<String> takers = new ArrayList<>();
    if (schema.broken(file).isEmpty()) {
      takers.add("the schema takes " + what);
    }
    if (problems(file, !what.startsWith("digest ")).isEmpty()) {
      takers.add("the tool takes " + what);
    }
    return takers;
  }

  private static Set<String> kinds(JsonNode json) {
    Set<String> kinds = new TreeSet<>();
    for (JsonNode step : json.get("steps")) {
      step.get("requires").forEach(each -> kinds.add(each.get("requires").asText()));
      step.get("writes")
          .forEach(
              write -> write.get("edits").forEach(edit -> kinds.add(edit.get("edit").asText())));
    }
    return kinds;
  }

  private Set<String> kindsOfSchema() throws Exception {
    Set<String> kinds = new TreeSet<>();
    JsonNode definitions = MAPPER.readTree(schema.text()).get("$defs");
    definitions
        .at("/edit/oneOf")
        .forEach(each -> kinds.add(each.at("/properties/edit/const").asText()));
    definitions
        .at("/requirement/oneOf")
        .forEach(each -> kinds.add(each.at("/properties/requires/const").asText()));
    return kinds;
  }

  /** Damages each member below {@code at} in turn, and undoes it again. */
  private static void damage(JsonNode at, String path, Consumer<String> damaged) {
    if (at instanceof ArrayNode list) {
      for (int i = 0; i < list.size(); i++) {
        JsonNode item = list.get(i);
        list.set(i, another(item));
        damaged.accept(path + "[] of another type");
        list.set(i, item);
        damage(item, path + "[]", damaged);
      }
    } else if (at instanceof ObjectNode object) {
      String kind =
          object.path("edit").isTextual()
              ? "(" + object.get("edit").asText() + ")"
              : object.path("requires").isTextual()
                  ? "(" + object.get("requires").asText() + ")"
                  : "";
      boolean names = path.endsWith("handles");
      object.put("surprise", 1);
      damaged.accept(path + kind + " with an unknown member");
      object.remove("surprise");
      for (Map.Entry<String, JsonNode> member : List.copyOf(object.properties())) {
        String name = names ? "ORDINAL" : member.getKey();
        String place = (path.isEmpty() ? "" : path + kind + ".") + name;
        if (!FREE.contains(name)) {
          object.set(member.getKey(), another(member.getValue()));
          damaged.accept(place + " of another type");
          object.set(member.getKey(), member.getValue());
          damage(member.getValue(), place, damaged);
        }
        if (!names) {
          without(object, member.getKey(), () -> damaged.accept(place + " missing"));
        }
      }
    }
  }

  /** Runs something while a member is away; its place among the others stays. */
  private static void without(ObjectNode object, String name, Runnable something) {
    Map<String, JsonNode> all = new LinkedHashMap<>();
    object.properties().forEach(each -> all.put(each.getKey(), each.getValue()));
    object.remove(name);
    something.run();
    object.removeAll();
    object.setAll(all);
  }

  private static JsonNode another(JsonNode value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return value.isNumber() ? nodes.textNode("seven") : nodes.numberNode(7.5);
  }

  /** What the tool says of a file whose digest somebody has made fit. */
  private static List<String> problems(String file, boolean resealed) {
    List<String> problems = read(file);
    for (String problem : problems) {
      Matcher digest = RIGHT_DIGEST.matcher(problem);
      if (resealed && digest.matches()) {
        return read(file.replace(digest.group(1), digest.group(2)));
      }
    }
    return problems;
  }

  private static List<String> read(String file) {
    try {
      PlanFile.read(file.getBytes(StandardCharsets.UTF_8), EtcdLimits.standard());
      return List.of();
    } catch (PlanFormatException refused) {
      return refused.problems();
    }
  }

  @Test
  void aValueThatNoPlanHasIsRefusedByBoth() throws Exception {
    JsonNode plan = MAPPER.readTree(PlanFile.write(aRollback()));
    Map<String, String> wrong =
        Map.of(
            "/format", "2",
            "/created", "\"yesterday\"",
            "/cluster/revision", "-1",
            "/cluster/leftElsewhere", "1000000000000000000",
            "/steps", "[]",
            "/steps/0/writes", "[]",
            "/steps/0/writes/0/edits", "[]",
            "/steps/0/writes/0/edits/0", "{\"edit\": \"set-fire\"}",
            "/steps/0/writes/0/boundAtCommit", "[\"affinity\"]",
            "/steps/0/requires", "[{\"requires\": \"luck\"}]");
    for (Map.Entry<String, String> each : wrong.entrySet()) {
      ObjectNode changed = plan.deepCopy();
      int slash = each.getKey().lastIndexOf('/');
      JsonNode parent = changed.at(each.getKey().substring(0, slash));
      String last = each.getKey().substring(slash + 1);
      JsonNode value = MAPPER.readTree(each.getValue());
      if (parent instanceof ArrayNode list) {
        list.set(Integer.parseInt(last), value);
      } else {
        ((ObjectNode) parent).set(last, value);
      }
      String file = changed.toString();
      assertThat(schema.broken(file)).as(each.toString()).isNotEmpty();
      assertThat(problems(file, true)).as(each.toString()).isNotEmpty();
    }
  }

  private static Plan aRollback() {
    return GoldenPlans.of(new Golden("v3.32.1", "incident-typo")).stream()
        .filter(plan -> plan.command().get(0).equals("rollback"))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Made by hand: a run lowered one of two counts of a handle, and then its owner released the
   * other. No golden case has such a handle.
   */
  private static Plan aHandleComesBack() throws Exception {
    List<Edit> edits = List.of(new Edit.CreateHandle(new TreeMap<>(Map.of("192.0.2.0/26", 2L))));
    Plan.PlannedWrite write =
        new Plan.PlannedWrite(
            new KeyLayout().handleKey("vm-1"),
            "undoes run r-1",
            edits,
            Optional.empty(),
            AfterImage.of(Optional.empty(), edits, Instant.EPOCH),
            List.of(),
            0);
    Plan plan =
        aRollback().withSteps(List.of(new Plan.Step(List.of(), false, List.of(), List.of(write))));
    assertThat(read(PlanFile.write(plan))).isEmpty();
    return plan;
  }
}
