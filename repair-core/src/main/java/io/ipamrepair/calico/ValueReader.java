package io.ipamrepair.calico;

import io.ipamrepair.json.Json;
import io.ipamrepair.json.JsonFormatException;
import io.ipamrepair.json.JsonReader;
import io.ipamrepair.kv.Bytes;
import java.util.function.Function;

/** Decodes a value by what its key stands for. */
final class ValueReader {
  private final JsonReader json = new JsonReader();

  Reading<?> read(CalicoKey key, Bytes value) {
    if (key instanceof CalicoKey.BlockKey block) {
      return read(value, object -> Block.read(block.cidr(), object));
    } else if (key instanceof CalicoKey.AffinityKey) {
      return value.isEmpty()
          ? new Reading.Readable<>(Affinity.ofEmptyValue())
          : read(value, Affinity::read);
    } else if (key instanceof CalicoKey.HandleKey) {
      return read(value, Handle::read);
    } else if (key instanceof CalicoKey.ConfigKey) {
      return read(value, IpamConfig::read);
    } else if (key instanceof CalicoKey.PoolKey) {
      return read(value, Pool::read);
    } else if (key instanceof CalicoKey.NodeKey) {
      return read(value, Node::read);
    } else if (key instanceof CalicoKey.EndpointKey) {
      return read(value, Endpoint::read);
    } else if (key instanceof CalicoKey.ClusterInformationKey) {
      return read(value, ClusterInformation::read);
    } else if (key instanceof CalicoKey.ResourceKey resource) {
      return read(value, object -> Resource.read(resource.plural(), object));
    } else if (key instanceof CalicoKey.HostRecordKey) {
      return read(value, Function.identity());
    }
    return new Reading.Unreadable<>("not read: no value is known for this key");
  }

  private <T> Reading<T> read(Bytes value, Function<Json.Obj, T> decode) {
    try {
      return new Reading.Readable<>(decode.apply(json.readObject(value)));
    } catch (JsonFormatException | Fields.UnreadableValueException unreadable) {
      return new Reading.Unreadable<>(unreadable.getMessage());
    }
  }
}
