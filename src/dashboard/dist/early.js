try{let t=localStorage.getItem("tutti-theme");(t==="light"||t==="dark")&&(document.documentElement.dataset.theme=t)}catch{}
