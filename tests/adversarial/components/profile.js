// Functions of a component speak to each other through `this`.
const tracking = {
  methods: {
    save(properties) {
      exponea.update(properties);
    },
  },
};

export default {
  mixins: [tracking],
  data() {
    return { form: { mail: "", city: "" } };
  },
  methods: {
    remember() {
      this.save({ email: this.form.mail }); // expect: identifier-in-update
    },
    city() {
      this.save({ city: this.form.city });
    },
    login(user) {
      this.identifyCustomer(user);
      this.save({ email: user.mail });
    },
    identifyCustomer(user) {
      exponea.identify(user.mail.toLowerCase());
    },
  },
};

export const tracker = {
  queue: [],
  identify(mail) {
    window.exponea.identify({ registered: mail.toLowerCase() });
  },
  update(properties) {
    window.exponea.update(properties);
  },
  signUp(mail) {
    this.update({ email: mail }); // expect: identifier-in-update
  },
  signIn(mail) {
    this.identify(mail);
    this.update({ email: mail });
  },
};
