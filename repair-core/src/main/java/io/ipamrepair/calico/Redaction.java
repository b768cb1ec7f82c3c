package io.ipamrepair.calico;

import io.ipamrepair.cidr.CidrText;
import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.kv.KeyValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Hides whose data they are: names of nodes, namespaces, workloads, containers, services and
 * handles become pseudonyms, in keys and values alike, so that every rule says the same of them as
 * before. Addresses, pools, times and numbers stay. What no rule reads is left out, and so is a
 * value that cannot be read, which may be anything.
 *
 * <p>Keys must come in order: nodes behind the pools whose selectors ask for their labels.
 */
public final class Redaction {
  /** Stands for a value that cannot be read, and cannot be read itself. */
  private static final Bytes UNREADABLE = Bytes.utf8("(unreadable, left out by redaction)");

  private static final Bytes NULL = Bytes.utf8("null");
  private static final String ALL = "all()";

  private final Pseudonyms pseudonyms;
  private final KeyLayout layout = new KeyLayout();
  private final ValueReader reader = new ValueReader();
  private final JsonReader json = new JsonReader();

  /** The selectors of pools by the label that stands for each. */
  private final Map<String, Selector> selectors = new TreeMap<>();

  public Redaction(Pseudonyms pseudonyms) {
    this.pseudonyms = pseudonyms;
  }

  /** The same key and value without the names; a key that is none of Calico's IPAM is not taken. */
  public KeyValue redacted(KeyValue read) {
    return new KeyValue(
        layout.redacted(read.key(), pseudonyms),
        value(layout.classify(read.key()), read.value()),
        read.createRevision(),
        read.modRevision(),
        read.version());
  }

  private Bytes value(CalicoKey at, Bytes value) {
    if (value.isEmpty() || at instanceof CalicoKey.HostRecordKey && value.equals(NULL)) {
      return value;
    }
    Reading<?> reading = reader.read(at, value);
    if (reading.value().isEmpty()) {
      return UNREADABLE;
    }
    try {
      Json.Obj hidden = members(shape(at), json.readObject(value));
      return (reading.value().get() instanceof Node node ? labelled(hidden, node) : hidden)
          .encode();
    } catch (JsonFormatException impossible) {
      throw new IllegalStateException("it was read a moment ago", impossible);
    }
  }

  private static Shape.Members shape(CalicoKey at) {
    if (at instanceof CalicoKey.BlockKey) {
      return Shape.BLOCK;
    } else if (at instanceof CalicoKey.AffinityKey) {
      return Shape.AFFINITY;
    } else if (at instanceof CalicoKey.HandleKey) {
      return Shape.HANDLE;
    } else if (at instanceof CalicoKey.ConfigKey) {
      return Shape.CONFIG;
    } else if (at instanceof CalicoKey.PoolKey) {
      return Shape.POOL;
    } else if (at instanceof CalicoKey.NodeKey) {
      return Shape.NODE;
    } else if (at instanceof CalicoKey.EndpointKey) {
      return Shape.ENDPOINT;
    } else if (at instanceof CalicoKey.ClusterInformationKey) {
      return Shape.CLUSTER_INFORMATION;
    } else if (at instanceof CalicoKey.HostRecordKey) {
      return Shape.NOTHING;
    }
    return Shape.OTHER;
  }

  private Json shaped(Shape shape, Json value) {
    if (shape == Shape.Leaf.KEPT || value == Json.Null.NULL) {
      return value;
    } else if (value instanceof Json.Array array) {
      return new Json.Array(array.items().stream().map(item -> shaped(shape, item)).toList());
    } else if (shape instanceof Shape.Members members) {
      return members(members, (Json.Obj) value);
    } else if (value instanceof Json.Text text) {
      return new Json.Text(text((Shape.Leaf) shape, text.value()));
    } else if (value instanceof Json.Obj object) {
      return byCidr(object);
    }
    // Numbers, true and false are no names.
    return value;
  }

  private Json.Obj members(Shape.Members shape, Json.Obj object) {
    Map<String, Json> kept = new LinkedHashMap<>();
    object
        .members()
        .forEach(
            (name, member) -> {
              if (shape.known().containsKey(name)) {
                kept.put(name, shaped(shape.known().get(name), member));
              } else if (shape.others()) {
                kept.put(pseudonyms.of(name), shaped(Shape.Leaf.NAME, member));
              }
            });
    return new Json.Obj(kept);
  }

  private String text(Shape.Leaf shape, String text) {
    return switch (shape) {
      case ENDPOINT_NAME -> EndpointNames.redacted(text, pseudonyms);
      case SELECTOR -> selector(text);
      default -> pseudonyms.of(text);
    };
  }

  /** What stands for a selector asks for one label, which the nodes get that it selects. */
  private String selector(String text) {
    if (text.isEmpty() || text.equals(ALL)) {
      return text;
    }
    String label = pseudonyms.label(text);
    try {
      selectors.put(label, Selector.parse(text));
      return "has(" + label + ")";
    } catch (SelectorSyntaxException unreadable) {
      return "has(" + label;
    }
  }

  /** The node with a label for each selector that selects it, and no other. */
  private Json.Obj labelled(Json.Obj hidden, Node node) {
    Map<String, Json> labels = new LinkedHashMap<>();
    selectors.forEach(
        (label, selector) -> {
          if (selector.matches(node.metadata().labels())) {
            labels.put(label, new Json.Text(""));
          }
        });
    Json.Obj metadata =
        hidden.get("metadata").orElse(Json.Null.NULL) instanceof Json.Obj known
            ? known
            : new Json.Obj(Map.of());
    return labels.isEmpty()
        ? hidden
        : hidden.with("metadata", metadata.with("labels", new Json.Obj(labels)));
  }

  private Json.Obj byCidr(Json.Obj original) {
    Map<String, Json> hidden = new LinkedHashMap<>();
    original
        .members()
        .forEach(
            (name, member) ->
                hidden.put(CidrText.read(name).isPresent() ? name : pseudonyms.of(name), member));
    return new Json.Obj(hidden);
  }
}
