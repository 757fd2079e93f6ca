import streamlit as st

st.title("How support is doing")
