/** The way back: recorded run × state → plan. Pure. */
package io.ipamrepair.undo;
