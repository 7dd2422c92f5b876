// N19 the module's own binding is not the global: silent (./state exports a plain store)
import exponea from "./state";

export function save(mail) {
  exponea.update({ email: mail });
}
