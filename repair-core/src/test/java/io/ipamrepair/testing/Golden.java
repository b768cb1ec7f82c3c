package io.ipamrepair.testing;

import io.ipamrepair.calico.IpamState;
import io.ipamrepair.calico.KeyLayout;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * A golden case: the complete content of a small etcd cluster below {@code /calico/}, written by
 * Calico's own libraries, and the findings that a checker must report.
 *
 * @param release the release that wrote it: {@code v3.32.1}
 * @param name the case: {@code incident-typo}
 */
public record Golden(String release, String name) {
  private static final String ROOT = "golden";

  /**
   * What a checker must report.
   *
   * @param rule the rule's ID
   * @param severity {@code error}, {@code warning} or {@code info}; entries of info are not
   *     complete
   * @param objects the first object first
   */
  public record Expected(String rule, String severity, List<String> objects) {}

  /** Every case of every release, sorted by release and name. */
  public static List<Golden> all() {
    try {
      URL root = Objects.requireNonNull(Golden.class.getResource("/" + ROOT), "no golden cases");
      URI uri = root.toURI();
      if (!uri.getScheme().equals("jar")) {
        return list(Path.of(uri));
      }
      try (FileSystem jar = FileSystems.newFileSystem(uri, Map.of())) {
        return list(jar.getPath("/" + ROOT));
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static List<Golden> list(Path root) throws IOException {
    List<Golden> cases = new ArrayList<>();
    for (Path release : children(root)) {
      for (Path one : children(release)) {
        if (Files.exists(one.resolve("case.json"))) {
          cases.add(new Golden(fileName(release), fileName(one)));
        }
      }
    }
    return cases;
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.filter(Files::isDirectory).sorted().toList();
    }
  }

  private static String fileName(Path path) {
    return path.getFileName().toString().replace("/", "");
  }

  /** The state as Calico left it. */
  public IpamState state() {
    IpamState.Builder builder = new IpamState.Builder(new KeyLayout());
    List<KeyValue> all = keyValues();
    all.forEach(builder::add);
    return builder.build(all.stream().mapToLong(KeyValue::modRevision).max().orElse(1));
  }

  /** Every key and value, in key order. */
  public List<KeyValue> keyValues() {
    return keyValues("state.jsonl");
  }

  /** Every key and value of another file of this form: {@code before.jsonl}. */
  public List<KeyValue> keyValues(String file) {
    JsonReader reader = new JsonReader();
    return text(file)
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> keyValue(object(reader, line)))
        .toList();
  }

  private static KeyValue keyValue(Json.Obj line) {
    Bytes value =
        line.get("valueBase64")
            .map(base64 -> Bytes.of(Base64.getDecoder().decode(((Json.Text) base64).value())))
            .orElseGet(() -> Bytes.utf8(string(line, "value")));
    return new KeyValue(
        Bytes.utf8(string(line, "key")),
        value,
        number(line, "createRevision"),
        number(line, "modRevision"),
        number(line, "version"));
  }

  /** What a checker must report, in the order of the case. */
  public List<Expected> expected() {
    List<Expected> expected = new ArrayList<>();
    for (Json entry : ((Json.Array) description().get("expect").orElseThrow()).items()) {
      Json.Obj finding = (Json.Obj) entry;
      List<String> objects =
          ((Json.Array) finding.get("objects").orElseThrow())
              .items().stream().map(object -> ((Json.Text) object).value()).toList();
      expected.add(new Expected(string(finding, "rule"), string(finding, "severity"), objects));
    }
    return expected;
  }

  /** Whether no error and no warning is expected. */
  public boolean isClean() {
    return description().get("clean").orElseThrow() == Json.Bool.TRUE;
  }

  private Json.Obj description() {
    return object(new JsonReader(), text("case.json"));
  }

  /** The text of a file of this case, unpacked if it is stored compressed. */
  public String text(String file) {
    String path = "/" + ROOT + "/" + release + "/" + name + "/" + file;
    try (InputStream plain = Golden.class.getResourceAsStream(path);
        InputStream packed = Golden.class.getResourceAsStream(path + ".gz")) {
      if (plain == null && packed == null) {
        throw new FileNotFoundException(path);
      }
      try (InputStream in = plain != null ? plain : new GZIPInputStream(packed)) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Json.Obj object(JsonReader reader, String text) {
    try {
      return reader.readObject(Bytes.utf8(text));
    } catch (JsonFormatException damaged) {
      throw new IllegalStateException("golden data: " + text, damaged);
    }
  }

  private static String string(Json.Obj object, String name) {
    return find(object, name).map(json -> ((Json.Text) json).value()).orElseThrow();
  }

  private static long number(Json.Obj object, String name) {
    return find(object, name)
        .map(json -> Long.parseLong(((Json.Num) json).literal()))
        .orElseThrow();
  }

  private static Optional<Json> find(Json.Obj object, String name) {
    return object.get(name);
  }

  @Override
  public String toString() {
    return release + "/" + name;
  }
}
