// Cross-file (issue 3). The SDK behind a module.
export const sdk = () => (window as any).exponea;
