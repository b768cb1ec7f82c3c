/**
 * Plans and rollbacks on a cluster that lives: what others changed in an object since a plan was
 * made, whether that touches what the plan changes or rests on, and if not, what the plan's change
 * makes of the object as it is now. Pure.
 */
package io.ipamrepair.carry;
