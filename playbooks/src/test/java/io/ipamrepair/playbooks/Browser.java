package io.ipamrepair.playbooks;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A Chromium without a window, with a new and empty profile. */
final class Browser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /**
   * Starts it; where there is none, the test is skipped and says what to install.
   *
   * @param profile an empty folder
   */
  static Browser start(Path profile) {
    Optional<Path> chromium =
        program("CHROMIUM_BIN", "chromium", "chromium-browser", "google-chrome");
    Optional<Path> driver = program("CHROMEDRIVER_BIN", "chromedriver");
    assumeTrue(
        chromium.isPresent() && driver.isPresent(),
        "no browser: scripts/find-chromium installs Debian's chromium and chromium-driver as root; or"
            + " name them in CHROMIUM_BIN and CHROMEDRIVER_BIN");
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.get().toFile());
    options.addArguments(
        "--headless",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--user-data-dir=" + profile,
        "--window-size=1280,900");
    if (System.getProperty("user.name").equals("root")) {
      // Chromium's sandbox does not start for root.
      options.addArguments("--no-sandbox");
    }
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(driver.get().toFile())
            .usingAnyFreePort()
            .build();
    return new Browser(new ChromeDriver(service, options));
  }

  private static Optional<Path> program(String variable, String... names) {
    Optional<String> named =
        Optional.ofNullable(System.getenv(variable)).filter(name -> !name.isEmpty());
    if (named.isPresent()) {
      return named.map(Path::of).filter(Files::isExecutable);
    }
    return Arrays.stream(names)
        .flatMap(
            name ->
                Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                    .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Opens a file, and waits until it is loaded. */
  void open(Path page) {
    said();
    requests();
    driver.get(page.toUri().toString());
  }

  /** What the console of the page said since it was asked last: errors of scripts, refusals. */
  List<String> said() {
    return StreamSupport.stream(driver.manage().logs().get(LogType.BROWSER).spliterator(), false)
        .map(entry -> entry.getLevel() + " " + entry.getMessage())
        .toList();
  }

  /** Every address that was asked for since it was asked last. */
  List<String> requests() {
    return StreamSupport.stream(
            driver.manage().logs().get(LogType.PERFORMANCE).spliterator(), false)
        .map(entry -> message(entry.getMessage()))
        .filter(message -> message.path("method").asText().equals("Network.requestWillBeSent"))
        .map(message -> message.path("params").path("request").path("url").asText())
        .toList();
  }

  private static JsonNode message(String text) {
    try {
      return JSON.readTree(text).path("message");
    } catch (JsonProcessingException broken) {
      throw new AssertionError(text, broken);
    }
  }

  /** What an expression of JavaScript gives, in the page. */
  Object value(String expression) {
    return driver.executeScript("return " + expression);
  }

  /** The same, as a number. */
  double number(String expression) {
    return ((Number) value(expression)).doubleValue();
  }

  /** The same, as texts. */
  List<String> texts(String expression) {
    List<String> texts = new ArrayList<>();
    ((List<?>) value(expression)).forEach(text -> texts.add(String.valueOf(text)));
    return texts;
  }

  /** From now on as a person who wants it dark or light, on a screen or on paper. */
  void show(String medium, String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "media",
            medium,
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** From now on in a window of this width. */
  void width(int pixels) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", pixels, "height", 900, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Types a key into the page. */
  void press(Keys key) {
    new Actions(driver).sendKeys(key).perform();
  }

  /** The roles and names that a screen reader is told of, each as {@code heading: Changes}. */
  List<String> spoken() {
    driver.executeCdpCommand("Accessibility.enable", Map.of());
    JsonNode tree =
        JSON.valueToTree(driver.executeCdpCommand("Accessibility.getFullAXTree", Map.of()));
    List<String> spoken = new ArrayList<>();
    for (JsonNode node : tree.path("nodes")) {
      if (!node.path("ignored").asBoolean()) {
        spoken.add(
            node.path("role").path("value").asText()
                + ": "
                + node.path("name").path("value").asText());
      }
    }
    return spoken;
  }

  /** A picture of the whole page. */
  void picture(Path file) throws IOException {
    Map<String, Object> taken =
        driver.executeCdpCommand(
            "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode((String) taken.get("data")));
  }

  /** The page as it is printed. */
  byte[] printed(Path file) throws IOException {
    Map<String, Object> taken =
        driver.executeCdpCommand(
            "Page.printToPDF",
            Map.of("printBackground", false, "paperWidth", 8.27, "paperHeight", 11.69));
    byte[] pdf = Base64.getDecoder().decode((String) taken.get("data"));
    Files.createDirectories(file.getParent());
    Files.write(file, pdf);
    return pdf;
  }

  /** How long the page took from its request until it was loaded. */
  Duration loading() {
    return Duration.ofMillis(
        (long) number("performance.getEntriesByType('navigation')[0].loadEventEnd"));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
