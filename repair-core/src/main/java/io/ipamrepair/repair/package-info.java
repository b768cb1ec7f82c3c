/**
 * The repairs, one class per command: a state and arguments in, a {@link
 * io.ipamrepair.change.Change} out, with a reason for each write. A repair never writes; what it
 * refuses, it refuses with all reasons at once. Pure.
 */
package io.ipamrepair.repair;
