package io.ipamrepair.playbooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import io.ipamrepair.testing.Golden;
import io.ipamrepair.testing.ManyBlocks;
import io.ipamrepair.testing.ThrowawayEtcd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openqa.selenium.Keys;

/**
 * The pages of the packed tool in a real browser. Pictures of each are left in {@code
 * target/pages}, for people to look at.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PagesTest {
  private static final Path PICTURES = Path.of("target", "pages").toAbsolutePath();

  private static final String HOSTILE = "<script>alert(1)<|script>\"'><img src=x onerror=alert(2)>";

  /** Text whose contrast with what is behind it is less than a tired reader needs (WCAG, AA). */
  private static final String PALE =
      """
      (() => {
        const probe = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
        const rgba = colour => {
          probe.clearRect(0, 0, 1, 1);
          probe.fillStyle = colour;
          probe.fillRect(0, 0, 1, 1);
          return probe.getImageData(0, 0, 1, 1).data;
        };
        const light = colour => {
          const [r, g, b] = [0, 1, 2].map(i => colour[i] / 255)
              .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = element => {
          for (let at = element; at; at = at.parentElement) {
            const colour = rgba(getComputedStyle(at).backgroundColor);
            if (colour[3] > 0) return colour;
          }
          return [255, 255, 255, 255];
        };
        const pale = new Set();
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
          const element = walk.currentNode.parentElement;
          if (!walk.currentNode.data.trim() || !element.checkVisibility()) continue;
          const one = light(rgba(getComputedStyle(element).color));
          const other = light(behind(element));
          const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
          if (contrast < 4.5) pale.add(contrast.toFixed(2) + ' ' + element.className + ': ' + walk.currentNode.data.trim());
        }
        return [...pale];
      })()""";

  private static final String EVERY_BLOCK_VACANT = "every block vacant";

  /** What a person is sent, each made by the tool as a user starts it. */
  enum Sheet {
    REVIEW_REMOVED_POOL(
        "incident-typo", "remove-pool eqiad-pods-second --reason T251054", "review PLAN", 0),
    REVIEW_MOVED_BLOCK(
        "incident-wrong-deletion",
        "reassign-affinity --block 10.64.64.64/26 --to kubernetes1003 --reason T251054",
        "review PLAN",
        0),
    REVIEW_MANY("", "release-orphan-blocks --reason T251099", "review PLAN", 0),
    REVIEW_THOUSAND(EVERY_BLOCK_VACANT, "release-orphan-blocks", "review PLAN", 0),
    SCAN("incident-wrong-deletion", "", "scan", 1),
    SCAN_MANY("", "", "scan", 1),
    SHOW_BLOCK("incident-wrong-deletion", "", "show block 10.64.64.0/26", 0),
    SHOW_NODE("incident-typo", "", "show node kubernetes1005", 0),
    SHOW_POOL("overlapping-pools", "", "show pool POOL", 0);

    /** One of the golden cases, or many blocks. */
    private final String state;

    private final String plan;
    private final String command;
    private final int exit;

    Sheet(String state, String plan, String command, int exit) {
      this.state = state;
      this.plan = plan;
      this.command = command;
      this.exit = exit;
    }

    private List<KeyValue> keys() {
      if (state.isEmpty() || state.equals(EVERY_BLOCK_VACANT)) {
        return new ManyBlocks(1000, state.isEmpty() ? 20 : 1, 33).keyValues();
      }
      return new Golden("v3.32.1", state).keyValues();
    }

    private String file() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  @TempDir Path folder;

  private ThrowawayEtcd server;
  private Browser browser;

  @BeforeAll
  void start(@TempDir Path profile) {
    assertThat(Stage.LAUNCHER).as("the distribution, which mvn verify builds").isExecutable();
    browser = Browser.start(profile);
    server = ThrowawayEtcd.start();
  }

  @AfterAll
  void stop() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private Program program() {
    return new Program(
        Stage.LAUNCHER,
        folder,
        Map.of(
            "PATH", System.getenv("PATH"),
            "HOME", folder.toString(),
            "JAVA_HOME", System.getProperty("java.home"),
            "XDG_CACHE_HOME", "/dev/null",
            "IPAM_REPAIR_CLASS_DATA", "off",
            "ETCDCTL_ENDPOINTS", server.endpoint().toString()));
  }

  private void load(List<KeyValue> keys) {
    server.clear();
    server.load(keys);
  }

  private void run(int exit, String command, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.addAll(List.of(more));
    Program.Ended ended = program().run(words.toArray(String[]::new));
    assertThat(ended.exit()).as(command + "\n" + ended.out() + ended.err()).isEqualTo(exit);
  }

  private Path page(Sheet sheet) throws Exception {
    load(sheet.keys());
    if (!sheet.plan.isEmpty()) {
      run(0, sheet.plan + " --out plan.json");
    }
    String pool =
        sheet.keys().stream()
            .map(key -> key.key().display())
            .filter(key -> key.contains("/ippools/"))
            .map(key -> key.substring(key.lastIndexOf('/') + 1))
            .findFirst()
            .orElse("");
    run(
        sheet.exit,
        sheet.command.replace("PLAN", "plan.json").replace("POOL", pool) + " --html page.html");
    Files.createDirectories(PICTURES);
    Path page = PICTURES.resolve(sheet.file() + ".html");
    Files.copy(
        folder.resolve("page.html"), page, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    return page;
  }

  private void open(Path page) {
    browser.width(1280);
    browser.show("screen", "light");
    browser.open(page);
    assertThat(browser.said()).as("what the console says").isEmpty();
    assertThat(browser.requests()).containsExactly(page.toUri().toString());
  }

  @ParameterizedTest
  @EnumSource(Sheet.class)
  void aPageReadsInLightInDarkOnPaperAndOnANarrowScreen(Sheet sheet) throws Exception {
    Path page = page(sheet);
    open(page);
    for (String scheme : List.of("light", "dark")) {
      browser.show("screen", scheme);
      browser.picture(PICTURES.resolve(sheet.file() + "-" + scheme + ".png"));
      assertThat(browser.texts(PALE)).as("pale text, " + scheme).isEmpty();
      assertThat((String) browser.value("getComputedStyle(document.body).backgroundColor"))
          .isEqualTo(scheme.equals("light") ? "rgb(255, 255, 255)" : "rgb(21, 24, 28)");
    }
    for (int width : List.of(1280, 360)) {
      browser.show("screen", "light");
      browser.width(width);
      assertThat(browser.number("document.documentElement.scrollWidth"))
          .as("the page is no wider than a window of " + width)
          .isLessThanOrEqualTo(width);
    }
    browser.picture(PICTURES.resolve(sheet.file() + "-narrow.png"));
    browser.width(1280);
    byte[] pdf = browser.printed(PICTURES.resolve(sheet.file() + ".pdf"));
    assertThat(new String(pdf, 0, 5, StandardCharsets.ISO_8859_1)).isEqualTo("%PDF-");
    browser.show("print", "dark");
    browser.picture(PICTURES.resolve(sheet.file() + "-paper.png"));
    assertThat(browser.texts(PALE)).as("pale text on paper").isEmpty();
    assertThat((String) browser.value("getComputedStyle(document.body).backgroundColor"))
        .as("paper is white, whatever the screen was")
        .isEqualTo("rgb(255, 255, 255)");
    assertThat(browser.said()).isEmpty();
    assertThat(browser.requests()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Sheet.class)
  void aScreenReaderIsToldOfLandmarksHeadingsTablesAndWhatTheMapShows(Sheet sheet)
      throws Exception {
    open(page(sheet));
    List<String> spoken = browser.spoken();
    assertThat(spoken)
        .anyMatch(line -> line.startsWith("banner: "))
        .anyMatch(line -> line.startsWith("main: "))
        .anyMatch(line -> line.startsWith("contentinfo: "))
        .contains("heading: Address space", "heading: About this page");
    assertThat(spoken.stream().filter(line -> line.startsWith("image: ")).toList())
        .as("each picture of squares says what it shows, and where that stands in words")
        .hasSize((int) browser.number("document.querySelectorAll('.strip').length"))
        .allMatch(line -> line.contains("The tables below say the same in words."));
    assertThat(
            browser.texts(
                "[...document.querySelectorAll('table')].map(t => t.caption?.textContent ?? '')"))
        .as("captions")
        .isNotEmpty()
        .noneMatch(String::isEmpty);
    assertThat(browser.number("document.querySelectorAll('th:not([scope])').length")).isZero();
    assertThat(browser.number("document.querySelectorAll('h1').length")).isEqualTo(1);
    List<String> levels =
        browser.texts("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => h.tagName[1])");
    int before = 0;
    for (String level : levels) {
      assertThat(Integer.parseInt(level))
          .as("no level is left out: " + levels)
          .isLessThanOrEqualTo(before + 1);
      before = Integer.parseInt(level);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Sheet.class,
      names = {"REVIEW_MOVED_BLOCK", "SCAN", "SHOW_NODE"})
  void theKeyboardReachesAndOpensWhateverIsClosed(Sheet sheet) throws Exception {
    open(page(sheet));
    int lids = (int) browser.number("document.querySelectorAll('summary').length");
    Set<Integer> reached = new HashSet<>();
    String at = "[...document.querySelectorAll('summary')].indexOf(document.activeElement)";
    for (int presses = 0; presses < 40 + 4 * lids && reached.size() < lids; presses++) {
      browser.press(Keys.TAB);
      int lid = (int) browser.number(at);
      if (lid >= 0 && reached.add(lid)) {
        boolean open = (Boolean) browser.value("document.activeElement.parentElement.open");
        browser.press(Keys.SPACE);
        assertThat(browser.value("document.activeElement.parentElement.open"))
            .as("the space bar opens and closes it")
            .isEqualTo(!open);
        assertThat((String) browser.value("getComputedStyle(document.activeElement).outlineStyle"))
            .as("it is seen where the keyboard is")
            .isEqualTo("solid");
        if (open) {
          browser.press(Keys.SPACE);
        }
      }
    }
    assertThat(reached).as("lids that the Tab key reaches").hasSize(lids);
  }

  @Test
  void everyLidOpenStillFitsAndSaysNothing() throws Exception {
    open(page(Sheet.REVIEW_MOVED_BLOCK));
    browser.value("document.querySelectorAll('details').forEach(d => d.open = true)");
    assertThat(browser.texts(PALE)).isEmpty();
    browser.width(360);
    assertThat(browser.number("document.documentElement.scrollWidth")).isLessThanOrEqualTo(360);
    browser.width(1280);
    browser.picture(PICTURES.resolve("review-moved-block-open.png"));
    assertThat((String) browser.value("document.querySelector('.bytes').innerText"))
        .contains("/calico/ipam/v2/");
  }

  @Test
  void markupInNamesIsShownAndNotObeyed() throws Exception {
    List<KeyValue> keys = new ArrayList<>();
    for (KeyValue key : new Golden("v3.32.1", "incident-wrong-deletion").keyValues()) {
      keys.add(
          new KeyValue(
              Bytes.utf8(key.key().display().replace("kubernetes1003", HOSTILE)),
              Bytes.utf8(
                  key.value().display().replace("kubernetes1003", HOSTILE.replace("\"", "\\\""))),
              key.createRevision(),
              key.modRevision(),
              key.version()));
    }
    load(keys);
    run(1, "scan --html scan.html");
    run(0, "reassign-affinity --block 10.64.64.64/26 --out plan.json --reason x", "--to", HOSTILE);
    run(0, "review plan.json --html review.html");
    for (String page : List.of("scan.html", "review.html")) {
      open(folder.resolve(page));
      assertThat(browser.number("document.scripts.length + document.images.length")).isZero();
      assertThat((String) browser.value("document.body.innerText")).contains(HOSTILE);
      assertThat(
              browser.texts(
                  "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(n => n.startsWith('on'))"))
          .as("handlers")
          .isEmpty();
    }
  }

  @Test
  void aThousandBlocksAreLoadedBeforeAReaderGrowsImpatient() throws Exception {
    for (Sheet sheet : List.of(Sheet.REVIEW_MANY, Sheet.REVIEW_THOUSAND, Sheet.SCAN_MANY)) {
      Path page = page(sheet);
      open(page);
      Duration loading = browser.loading();
      System.out.println(
          sheet + ": " + Files.size(page) + " bytes, loaded in " + loading.toMillis() + " ms");
      assertThat(loading).isLessThan(Duration.ofSeconds(10));
      Files.delete(folder.resolve("page.html"));
      Files.deleteIfExists(folder.resolve("plan.json"));
    }
    assertThat(browser.number("document.querySelectorAll('tbody tr').length"))
        .as("rows, open or not")
        .isGreaterThanOrEqualTo(1000);
  }

  @Test
  void whoWantsNoPagePaysForNone() throws Exception {
    load(new Golden("v3.32.1", "incident-typo").keyValues());
    run(0, "remove-pool eqiad-pods-second --out plan.json");
    Pattern ours = Pattern.compile("(gg\\.jte\\.|io\\.ipamrepair\\.(cli\\.html|map)\\.)\\S+");
    for (String command :
        List.of("--help", "scan", "review plan.json", "show node kubernetes1002")) {
      assertThat(loaded(command, ours)).as(command).isEmpty();
    }
    assertThat(loaded("review plan.json --html page.html", ours)).isNotEmpty();
  }

  private List<String> loaded(String command, Pattern wanted) throws Exception {
    Path log = folder.resolve("loaded.log");
    Files.deleteIfExists(log);
    program().with("IPAM_REPAIR_JAVA_OPTS", "-Xlog:class+load:file=" + log).run(command.split(" "));
    return wanted.matcher(Files.readString(log)).results().map(found -> found.group()).toList();
  }
}
