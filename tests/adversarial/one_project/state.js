const listeners = [];
export default {
  update(patch) {
    listeners.forEach((l) => l(patch));
  },
};
