package io.ipamrepair.cli;

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

/** A schema of docs/schema, as users get it. */
final class PublishedSchema {
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private final String text;
  private final Schema schema;

  private PublishedSchema(String file) {
    try {
      text = Files.readString(Path.of("../docs/schema", file));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    schema = REGISTRY.getSchema(text, InputFormat.JSON);
  }

  /** Of {@code scan -o json}. */
  static PublishedSchema ofScan() {
    return new PublishedSchema("scan.schema.json");
  }

  /** Of the plan file. */
  static PublishedSchema ofPlan() {
    return new PublishedSchema("plan.schema.json");
  }

  String text() {
    return text;
  }

  /** What {@code json} breaks of it. */
  List<String> broken(String json) {
    return broken(schema, json);
  }

  /** What it breaks itself of the draft that it names. */
  List<String> brokenBySchema() {
    Schema draft =
        REGISTRY.getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
    return broken(draft, text);
  }

  private static List<String> broken(Schema schema, String json) {
    List<Error> errors =
        schema.validate(
            json,
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
    return errors.stream().map(Error::toString).toList();
  }
}
