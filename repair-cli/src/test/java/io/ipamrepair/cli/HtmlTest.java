package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ManyBlocks;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages for a browser, as files; how a browser shows them is PagesTest's (playbooks). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HtmlTest {
  private static final String HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

  private ThrowawayEtcd server;
  private Path folder;
  private CommandRun.Place place;

  @BeforeAll
  void start() {
    server = ThrowawayEtcd.start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @BeforeEach
  void place(@TempDir Path temp) {
    folder = temp;
    place = new CommandRun.Place(temp).with("ETCDCTL_ENDPOINTS", server.endpoint().toString());
  }

  private void load(List<KeyValue> keys) {
    server.clear();
    server.load(keys);
  }

  private void load(String name) {
    load(new Golden("v3.32.1", name).keyValues());
  }

  private CommandRun expect(ExitCode exit, String command, String... more) {
    CommandRun run = place.run(command, more);
    assertThat(run.exit()).as(run.said()).isEqualTo(exit.code());
    assertThat(run.err()).doesNotContain("\tat ");
    return run;
  }

  private String page(ExitCode exit, String command) throws Exception {
    CommandRun run = expect(exit, command + " --html page.html");
    assertThat(run.err()).contains("Wrote page page.html.\n");
    String html = Files.readString(folder.resolve("page.html"));
    isSelfContained(html);
    return html;
  }

  /** What holds of every page, whatever it shows. */
  private static void isSelfContained(String html) throws Exception {
    assertThat(html).startsWith("<!doctype html>\n<html lang=\"en\">");
    assertThat(html.replaceAll("(?s)<style>.*?</style>", ""))
        .as("no script, and nothing that a browser would fetch")
        .doesNotContainPattern("<(script|link|img|iframe|object|embed|base|form)\\b")
        .doesNotContainPattern("\\s(src|srcset|style|on[a-z]+)\\s*=\\s*\"[^\"]*\"[^<]*>");
    assertThat(html).doesNotContain("url(").doesNotContain("@import");
    Matcher links = Pattern.compile("href=\"([^\"]*)\"").matcher(html);
    while (links.find()) {
      assertThat(links.group(1)).startsWith("#");
    }
    Matcher style = Pattern.compile("(?s)<style>(.*?)</style>").matcher(html);
    assertThat(style.find()).isTrue();
    byte[] hash =
        MessageDigest.getInstance("SHA-256")
            .digest(style.group(1).getBytes(StandardCharsets.UTF_8));
    assertThat(html.replace("&#39;", "'"))
        .contains(
            "content=\"default-src 'none'; style-src 'sha256-"
                + Base64.getEncoder().encodeToString(hash)
                + "'; base-uri 'none'; form-action 'none'\"");
    Matcher ids = Pattern.compile(" id=\"([^\"]*)\"").matcher(html);
    List<String> all = new ArrayList<>();
    while (ids.find()) {
      all.add(ids.group(1));
    }
    assertThat(all).doesNotHaveDuplicates();
    Matcher labels = Pattern.compile(" aria-labelledby=\"([^\"]*)\"").matcher(html);
    while (labels.find()) {
      assertThat(all).contains(labels.group(1));
    }
    assertThat(html.codePoints())
        .as("no control or format character but line ends")
        .noneMatch(
            c ->
                c != '\n'
                    && (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT));
  }

  /** What a reader sees of it, without tags. */
  private static String text(String html) {
    return html.replaceAll("(?s)<style>.*?</style>", "")
        .replaceAll("<[^>]*>", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&amp;", "&")
        .replaceAll("\\s+", " ");
  }

  @Test
  void aReviewedPlanSaysOnOnePageWhatWhyWhoNoticesAndTheWayBack() throws Exception {
    load("incident-typo");
    expect(ExitCode.DONE, "remove-pool eqiad-pods-second --reason T251054 --out plan.json");
    String text = text(page(ExitCode.DONE, "review plan.json"));
    assertThat(text)
        .contains("Remove pool eqiad-pods-second (10.64.64.1/24)")
        .contains("For T251054. Planned by tester@host")
        .contains("7 resolved None introduced")
        .contains("No address affected")
        .contains("Pool eqiad-pods-second is removed.")
        .contains("P2 error")
        .contains("B10 error")
        .contains("deleted pool eqiad-pods-second")
        .contains("this is the pool to remove")
        .contains("pool eqiad-pods as it is now")
        .contains("ipam-repair rollback RUN takes it back")
        .contains("1 key that it deletes: put back, byte for byte.")
        .contains("\"cidr\":\"10.64.64.1/24\"")
        .contains("ipam-repair apply plan.json")
        .contains("sha256:");
  }

  @Test
  void aBlockThatGoesToANodeIsDrawnBeforeAndAfter() throws Exception {
    load("incident-wrong-deletion");
    expect(
        ExitCode.DONE,
        "reassign-affinity --block 10.64.64.0/26 --to kubernetes1002 --out plan.json");
    String html = page(ExitCode.DONE, "review plan.json");
    assertThat(text(html))
        .contains("1 block changes: to another owner.")
        .contains("owner nobody \u2192 kubernetes1002")
        .contains("no longer orphaned")
        .contains("A kubernetes1002");
    assertThat(html)
        .contains("title=\"10.64.64.0/26: nobody, 6 of 64 held, in use, and nobody owns it\">o</i>")
        .contains("title=\"10.64.64.0/26: kubernetes1002, 6 of 64 held\">A</i>");
  }

  @Test
  void aPageIsWrittenBesideTheTextAndTheJson() throws Exception {
    load("incident-typo");
    CommandRun plain = expect(ExitCode.FOUND, "scan -o json");
    CommandRun both = expect(ExitCode.FOUND, "scan -o json --html page.html");
    assertThat(both.out().replaceAll("\"[a-zA-Z]*(Ms|Millis|took)[a-zA-Z]*\": [0-9.]+", ""))
        .isEqualTo(plain.out().replaceAll("\"[a-zA-Z]*(Ms|Millis|took)[a-zA-Z]*\": [0-9.]+", ""));
    assertThat(text(Files.readString(folder.resolve("page.html"))))
        .contains("7 errors, 0 warnings")
        .contains("Urgency: 6 today, 1 any time.")
        .contains("ipam-repair remove-pool eqiad-pods-second")
        .contains("in pools eqiad-pods, eqiad-pods-second");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pool eqiad-pods-second",
        "block 10.64.64.0/26",
        "node kubernetes1002",
        "address 10.64.64.2"
      })
  void whatIsShownHasAPageWithItsFactsAndItsPlaceOnTheMap(String object) throws Exception {
    load("incident-typo");
    CommandRun said = expect(ExitCode.DONE, "show " + object);
    String text = text(page(ExitCode.DONE, "show " + object));
    assertThat(text).contains(said.out().lines().findFirst().orElseThrow());
    assertThat(text).contains("Facts").contains("History in etcd").contains("10.64.64.0/24");
  }

  @Test
  void markupInNamesIsTextInThePageWhereverItStands() throws Exception {
    List<KeyValue> keys = new ArrayList<>();
    String escaped = HOSTILE.replace("\"", "\\\"");
    for (KeyValue key : new Golden("v3.32.1", "incident-wrong-deletion").keyValues()) {
      keys.add(
          new KeyValue(
              Bytes.utf8(key.key().display().replace("kubernetes1002", HOSTILE.replace("/", "|"))),
              Bytes.utf8(
                  key.value()
                      .display()
                      .replace("kubernetes1002", escaped.replace("/", "|"))
                      .replace("\"pod\":\"mathoid", "\"pod\":\"" + escaped)),
              key.createRevision(),
              key.modRevision(),
              key.version()));
    }
    load(keys);
    String scan = page(ExitCode.FOUND, "scan");
    assertThat(scan).contains("&lt;script&gt;alert(1)&lt;|script&gt;");
    assertThat(scan).doesNotContain("<script").doesNotContain("<img");
    Files.delete(folder.resolve("page.html"));
    String show = page(ExitCode.DONE, "show address 10.64.64.2");
    assertThat(show).contains("&lt;script&gt;alert(1)&lt;/script&gt;").doesNotContain("<script");
  }

  @Test
  void markupInAPlanIsTextInThePage() throws Exception {
    load("incident-typo");
    expect(
        ExitCode.DONE,
        "remove-pool eqiad-pods-second --out plan.json",
        "--reason",
        HOSTILE + "\u202e");
    String html = page(ExitCode.DONE, "review plan.json");
    assertThat(text(html)).contains("For " + HOSTILE + "\\u202e. Planned by");
    assertThat(html).contains("&lt;script&gt;").doesNotContain("<script").doesNotContain("<img");
  }

  @Test
  void aFileThatExistsIsNeverOverwrittenAndNothingIsReadFirst() throws Exception {
    Files.writeString(folder.resolve("page.html"), "mine");
    Files.createSymbolicLink(folder.resolve("link.html"), folder.resolve("nowhere"));
    for (String command :
        List.of(
            "scan", "show pool x", "review plan.json", "scan -o json --endpoints http://[::1]:1")) {
      assertThat(expect(ExitCode.USAGE, command + " --html page.html").unbroken())
          .as(command)
          .contains("--html page.html exists already; an existing file is never overwritten");
    }
    assertThat(expect(ExitCode.USAGE, "scan --html link.html").err()).contains("exists already");
    assertThat(folder.resolve("page.html")).hasContent("mine");
    assertThat(folder.resolve("nowhere")).doesNotExist();
  }

  @Test
  void aFolderThatIsNotThereIsWrongUsage() throws Exception {
    Files.writeString(folder.resolve("file"), "");
    for (String file : List.of("no/page.html", "file/page.html")) {
      assertThat(expect(ExitCode.USAGE, "scan --html " + file).unbroken())
          .contains("the page cannot be written to " + file + ": there is no folder ");
    }
    assertThat(expect(ExitCode.USAGE, "scan -o prometheus --html page.html").err())
        .contains("--html is for -o text and -o json");
    assertThat(place.run("scan -o nagios --html page.html").out())
        .startsWith("IPAM UNKNOWN")
        .contains("--html is for -o text and -o json");
    assertThat(folder.resolve("page.html")).doesNotExist();
  }

  @Test
  void aThousandBlocksAreAPageOfASizeThatABrowserOpens() throws Exception {
    load(new ManyBlocks(1000, 20, 33).keyValues());
    String scan = page(ExitCode.FOUND, "scan");
    assertThat(scan.length()).as("characters of the page of a scan").isLessThan(1_500_000);
    Files.delete(folder.resolve("page.html"));
    expect(ExitCode.DONE, "release-orphan-blocks --out plan.json");
    String review = page(ExitCode.DONE, "review plan.json");
    assertThat(review.length()).as("characters of the page of a plan").isLessThan(1_500_000);
    assertThat(text(review)).contains("50 blocks change: all deleted.");
  }
}
