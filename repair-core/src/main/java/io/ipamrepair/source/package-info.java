/**
 * Where a state comes from: a live etcd, a snapshot file, or a dump, each read at one revision. All
 * of them hand over Calico's keys one by one, in order ({@link io.ipamrepair.source.StateSource}),
 * so what is done with the keys does not depend on where they come from.
 */
package io.ipamrepair.source;
