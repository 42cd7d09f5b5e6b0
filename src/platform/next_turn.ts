/** Lets what else is due on the event loop run first: between slices of long work. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
