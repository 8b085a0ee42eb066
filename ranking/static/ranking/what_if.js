// Hands the rule, as it stands in the form, to the what-if page in a tab of its own; nothing is saved.
const button = document.querySelector("[data-what-if]");

button?.addEventListener("click", () => {
  const form = document.getElementById("rule_form");
  // It must not stay in the form: the first submit button is what Enter presses.
  const submitter = Object.assign(document.createElement("button"), {
    type: "submit", hidden: true, name: "from_rule", value: button.dataset.rule,
    formAction: button.dataset.whatIf, formTarget: "_blank", formNoValidate: true,
  });
  form.append(submitter);
  form.requestSubmit(submitter);
  submitter.remove();
});
