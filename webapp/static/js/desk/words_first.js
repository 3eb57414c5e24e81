/** Before anything is drawn: an assessor who hid the words next to the recording gets a desk without them at once. */
document.documentElement.toggleAttribute("data-no-words", localStorage.getItem("vignet-desk-words") === "0");
