/**
 * JSON values as trees that keep everything: member order, unknown members, numbers of any size as
 * they were written. Encoding follows Go's {@code encoding/json}, so that a value that Calico wrote
 * and nobody changed has the same bytes again (checked on every golden value). Pure.
 */
package io.ipamrepair.json;
