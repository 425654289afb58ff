/** In the process of a test the test itself makes everything late: nobody is refused for that. */
export function lookOften(): void {}
