"""The frame every page stands in: navigation, and the one place where errors become words. The main script."""

import streamlit as st

from pages.parts.words import errors_in_words

st.set_page_config(page_icon="📊", layout="wide")
page = st.navigation([st.Page("overview.py", title="Overview"), st.Page("definitions.py", title="Definitions")])
with errors_in_words():
    page.run()
