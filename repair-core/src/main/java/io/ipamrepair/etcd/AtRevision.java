package io.ipamrepair.etcd;

/**
 * What was read, and the one revision at which all of it was so.
 *
 * @param revision etcd's revision of the read
 * @param value what was read
 */
public record AtRevision<T>(long revision, T value) {}
