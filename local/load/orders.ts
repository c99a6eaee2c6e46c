/** The first message of the parent process: what this one is to do. */
export function takeOrders<T>(): Promise<T> {
  return new Promise((resolve) => process.once("message", (orders) => resolve(orders as T)));
}
