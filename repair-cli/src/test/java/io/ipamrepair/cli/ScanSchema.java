package io.ipamrepair.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The schema that is published for {@code scan -o json}. */
final class ScanSchema {
  private static final Path FILE = Path.of("../docs/schema/scan.schema.json");

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private final Schema schema = REGISTRY.getSchema(text(), InputFormat.JSON);

  static String text() {
    try {
      return Files.readString(FILE);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** What {@code json} breaks of it. */
  List<String> broken(String json) {
    return broken(schema, json);
  }

  private static List<String> broken(Schema schema, String json) {
    List<Error> errors =
        schema.validate(
            json,
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
    return errors.stream().map(Error::toString).toList();
  }

  /** What it breaks itself of the draft that it names. */
  static List<String> brokenBySchema() {
    Schema draft =
        REGISTRY.getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
    return broken(draft, text());
  }

  void accepts(CommandRun run) {
    assertThat(broken(run.out())).as(run.said()).isEmpty();
  }
}
