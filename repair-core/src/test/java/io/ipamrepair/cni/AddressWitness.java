package io.ipamrepair.cni;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import io.ipamrepair.testing.WatchedHistory;
import io.ipamrepair.testing.WatchedHistory.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Follows etcd's history revision by revision, and notes where an address has two endpoints, an
 * endpoint's address is not held by its handle, or a block contradicts itself.
 */
final class AddressWitness implements WatchedHistory.Reader {
  private final Set<String> excused;
  private final Map<String, Endpoint> endpoints = new HashMap<>();
  private final Map<String, String> byAddress = new HashMap<>();

  /** Who holds an address, as the blocks say. */
  private final Map<String, String> holders = new HashMap<>();

  private final Map<String, Set<String>> addressesOf = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private long revisions;

  private record Endpoint(String address, String handle) {}

  /** A witness; {@code excused} endpoints are written by somebody else than the plugin. */
  AddressWitness(Set<String> excused) {
    this.excused = excused;
  }

  /** What must never be, one line each. */
  List<String> violations() {
    return violations;
  }

  long revisions() {
    return revisions;
  }

  @Override
  public void at(long revision, List<Change> changes) {
    revisions++;
    Set<String> looked = new TreeSet<>();
    for (Change change : changes) {
      String key = change.key().display();
      if (key.startsWith(Keys.ENDPOINTS)) {
        endpoint(revision, key, change.value(), looked);
      } else if (key.startsWith(Keys.BLOCKS)) {
        block(revision, key, change.value(), looked);
      }
    }
    for (String address : looked) {
      String key = byAddress.get(address);
      if (key != null && !excused.contains(key)) {
        String handle = endpoints.get(key).handle();
        if (!handle.equals(holders.get(address))) {
          violations.add(
              "revision "
                  + revision
                  + ": "
                  + address
                  + " of "
                  + key
                  + " is held by "
                  + holders.get(address));
        }
      }
    }
  }

  private void endpoint(long revision, String key, Optional<Bytes> value, Set<String> looked) {
    Endpoint old = endpoints.remove(key);
    if (old != null) {
      byAddress.remove(old.address(), key);
    }
    if (value.isPresent()) {
      Json.Obj spec = (Json.Obj) object(value.get()).get("spec").orElseThrow();
      Json.Array networks = (Json.Array) spec.get("ipNetworks").orElseThrow();
      String address = ((Json.Text) networks.items().get(0)).value().replaceFirst("/32$", "");
      endpoints.put(
          key, new Endpoint(address, "k8s-pod-network." + spec.text("containerID").orElse("")));
      String other = byAddress.put(address, key);
      if (other != null) {
        violations.add(
            "revision " + revision + ": " + address + " has two endpoints: " + other + ", " + key);
      }
      looked.add(address);
    }
  }

  private void block(long revision, String key, Optional<Bytes> value, Set<String> looked) {
    addressesOf.getOrDefault(key, Set.of()).forEach(holders::remove);
    looked.addAll(addressesOf.getOrDefault(key, Set.of()));
    addressesOf.remove(key);
    if (value.isEmpty()) {
      return;
    }
    try {
      BlockValue block = BlockValue.read(value.get().display());
      block
          .contradictions()
          .forEach(line -> violations.add("revision " + revision + ": " + key + ": " + line));
      Set<String> addresses = new TreeSet<>();
      for (int ordinal = 0; ordinal < Keys.cidr(key).ordinals(); ordinal++) {
        Optional<String> handle = block.handleOf(ordinal);
        if (handle.isPresent()) {
          String address = Keys.cidr(key).address(ordinal).toString();
          holders.put(address, handle.get());
          addresses.add(address);
        }
      }
      addressesOf.put(key, addresses);
      looked.addAll(addresses);
    } catch (BrokenBlockException broken) {
      violations.add("revision " + revision + ": " + key + ": " + broken.getMessage());
    }
  }

  private static Json.Obj object(Bytes value) {
    try {
      return new JsonReader().readObject(value);
    } catch (JsonFormatException unreadable) {
      throw new IllegalArgumentException(unreadable);
    }
  }
}
